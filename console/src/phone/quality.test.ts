import { describe, expect, it } from "vitest";

import { gradeOf, lostBetween, readStats } from "./quality";

describe("a line", () => {
  it.each([
    [20, 0, "good"],
    [151, 0, "fair"],
    [20, 0.02, "fair"],
    [401, 0, "bad"],
    [20, 0.06, "bad"],
  ] as const)("of %i ms there and back that loses %d is %s", (roundTripMs, lost, grade) => {
    expect(gradeOf({ roundTripMs, lost })).toBe(grade);
  });

  it("is measured on the path that is used, and by the sound of both tracks", () => {
    const stats = [
      { type: "candidate-pair", nominated: false, currentRoundTripTime: 0.9 },
      { type: "candidate-pair", nominated: true, currentRoundTripTime: 0.0123 },
      { type: "inbound-rtp", packetsReceived: 90, packetsLost: 4 },
      { type: "inbound-rtp", packetsReceived: 10, packetsLost: 0 },
    ];
    expect(readStats(stats)).toEqual({ roundTripMs: 12, count: { came: 100, lost: 4 } });
  });

  it("is not known before there is a path", () => {
    expect(readStats([{ type: "inbound-rtp", packetsReceived: 1 }])).toBeUndefined();
  });

  it("loses what did not come since the last look", () => {
    expect(lostBetween({ came: 100, lost: 4 }, { came: 190, lost: 14 })).toBeCloseTo(0.1);
    expect(lostBetween({ came: 100, lost: 4 }, { came: 100, lost: 4 })).toBe(0);
    // What was late after all is taken back.
    expect(lostBetween({ came: 100, lost: 4 }, { came: 150, lost: 3 })).toBe(0);
  });
});
