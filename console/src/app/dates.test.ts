import { describe, expect, it } from "vitest";

import { beginOfDay, dayOf, formatsOf, lengthOf } from "./dates";

const INSTANT = "2026-11-21T16:05:09Z";

describe("an instant", () => {
  it("is shown by the centre's clock in Japanese", () => {
    expect(formatsOf("ja", "gregory").dateTime(INSTANT)).toBe("2026/11/22(日) 01:05");
  });
  it("is shown by era when somebody asks for it", () => {
    expect(formatsOf("ja", "japanese").date(INSTANT)).toBe("令和8/11/22(日)");
  });
  it("is shown in English with the day first", () => {
    expect(formatsOf("en", "japanese").dateTime(INSTANT)).toBe("Sun, 22/11/2026, 01:05");
  });
  it("belongs to the centre's day", () => {
    expect(dayOf(new Date(INSTANT))).toBe("2026-11-22");
    expect(beginOfDay("2026-11-22").toISOString()).toBe("2026-11-21T15:00:00.000Z");
  });
});

describe("a length", () => {
  it("has hours only when there are any", () => {
    expect([lengthOf(245_999), lengthOf(3_845_000), lengthOf(-1)]).toEqual(["4:05", "1:04:05", "0:00"]);
  });
});
