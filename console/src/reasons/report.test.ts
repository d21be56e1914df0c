import { describe, expect, it } from "vitest";

import { daysUntil, instantsOf, isPeriod, matrixOf, workloadsOf } from "./report";

describe("a period", () => {
  it("goes to the end of its last day where the centre is", () => {
    expect(instantsOf({ first: "2026-11-16", last: "2026-11-22" })).toEqual({ from: "2026-11-15T15:00:00.000Z", until: "2026-11-22T15:00:00.000Z" });
  });
  it("of seven days ends with today", () => {
    expect(daysUntil("2026-11-03", 7)).toEqual({ first: "2026-10-28", last: "2026-11-03" });
  });
  it("does not end before it begins", () => {
    expect([isPeriod({ first: "2026-11-02", last: "2026-11-01" }), isPeriod({ first: "", last: "2026-11-01" })]).toEqual([false, false]);
  });
});

describe("the matrix", () => {
  const pairs = [
    { statedReasonId: "rsn_b", confirmedReasonId: "rsn_a", contacts: 2 },
    { statedReasonId: "rsn_a", confirmedReasonId: "rsn_a", contacts: 6 },
    { statedReasonId: "", confirmedReasonId: "rsn_b", contacts: 5 },
    { statedReasonId: "rsn_b", confirmedReasonId: "", contacts: 1 },
  ];
  const matrix = matrixOf(pairs, ["rsn_a", "rsn_b"]);
  it("stands in the report's order, unknown last", () => {
    expect([matrix.stated, matrix.confirmed]).toEqual([["rsn_a", "rsn_b", ""], ["rsn_a", "rsn_b", ""]]);
  });
  it("counts as agreed only contacts of which both are known", () => {
    expect(matrix.agreed).toBe(0.75);
  });
  it("has nothing where no pair occurred", () => {
    expect(matrix.contacts("", "")).toBe(0);
  });
});

describe("workloads in a chart", () => {
  it("are hours where the largest fills some", () => {
    expect(workloadsOf([{ workloadMs: "14820000" }, { workloadMs: "1710000" }])).toEqual({ unit: "hours", values: [4.12, 0.48] });
  });
  it("are minutes of a short day, so that different ones look different", () => {
    expect(workloadsOf([{ workloadMs: "47000" }, { workloadMs: "31000" }, { workloadMs: "9000" }])).toEqual({ unit: "minutes", values: [0.78, 0.52, 0.15] });
  });
  it("are none where nothing was", () => {
    expect(workloadsOf([])).toEqual({ unit: "minutes", values: [] });
  });
});
