import { describe, expect, it } from "vitest";

import { pitchesOf } from "./keyTones";

describe("a key", () => {
  it.each([
    ["1", [697, 1209]],
    ["5", [770, 1336]],
    ["9", [852, 1477]],
    ["*", [941, 1209]],
    ["0", [941, 1336]],
    ["#", [941, 1477]],
  ])("%s sounds as on every telephone", (key, pitches) => {
    expect(pitchesOf(key)).toEqual(pitches);
  });

  it.each(["", "A", "12"])("is not %j", (key) => {
    expect(pitchesOf(key)).toEqual([]);
  });
});
