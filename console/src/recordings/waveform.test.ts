import { describe, expect, it } from "vitest";

import { bandOf, marksOf, narrowed, waveformOf } from "./waveform";

describe("a waveform", () => {
  it("has each voice's peaks from 0 to 1", () => {
    const answer = { lengthMs: 60, stepMs: 20, tracks: [{ track: "TRACK_OPERATOR" as const, peaks: btoa("\u0000\u00ff\u0033") }] };
    expect(waveformOf(answer).peaks).toEqual({ customer: [], operator: [0, 1, 0.2], supervisor: [] });
  });
  it("keeps a short sound when it is narrowed", () => {
    expect(narrowed([0, 0, 0.9, 0, 0, 0], 3)).toEqual([0, 0.9, 0]);
  });
  it("is a line where there is nothing", () => {
    expect(bandOf([], 100, 20)).toBe("M0 10H100");
  });
});

describe("marks", () => {
  const recording = { startedAt: "2026-11-22T01:00:00Z", lengthMs: 60_000, pauses: [{ fromMs: 20_000, toMs: 30_000 }], alertsAt: ["2026-11-22T01:00:10Z", "2026-11-22T02:00:00Z"] };
  it("stand in order, and none outside of the recording", () => {
    expect(marksOf(recording, 5_000).map((mark) => [mark.kind, mark.fromMs, mark.untilMs])).toEqual([
      ["feedback", 5_000, 5_000],
      ["alert", 10_000, 10_000],
      ["pause", 20_000, 30_000],
    ]);
  });
});
