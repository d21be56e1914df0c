import { describe, expect, it } from "vitest";

import { clockMs } from "./clock";

describe("a length of time", () => {
  it.each([
    ["4:11", 251_000],
    ["１：０２：０５", 3_725_000],
    ["0:5", 5_000],
  ])("%s is %s ms", (text, ms) => {
    expect(clockMs(text)).toBe(ms);
  });

  it.each(["", "abc", "4", "4:61", "-1:00"])("%j is none", (text) => {
    expect(clockMs(text)).toBeUndefined();
  });
});
