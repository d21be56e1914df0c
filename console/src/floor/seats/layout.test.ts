import { describe, expect, it } from "vitest";

import { rowOf, rowsOf, seatAfter } from "./layout";

const rows = rowsOf(
  [
    { teamId: "tea_a", seats: ["a1", "a2", "a3", "a4"], talking: 0 },
    { teamId: "tea_b", seats: ["b1", "b2"], talking: 0 },
  ],
  3,
);

describe("the seat map", () => {
  it("breaks teams into lines under their heading", () => {
    expect(rows.map((row) => (row.kind === "team" ? row.group.teamId : row.seats.join(" ")))).toEqual(["tea_a", "a1 a2 a3", "a4", "tea_b", "b1 b2"]);
  });

  it.each([
    [undefined, "ArrowDown", "a1"],
    ["a1", "ArrowRight", "a2"],
    ["a3", "ArrowRight", "a4"],
    ["a1", "ArrowLeft", "a1"],
    ["a2", "ArrowDown", "a4"],
    ["a4", "ArrowDown", "b1"],
    ["b2", "ArrowUp", "a4"],
    ["a3", "PageDown", "b2"],
    ["a3", "Home", "a1"],
    ["a3", "End", "b2"],
    ["a1", "w", undefined],
    ["gone", "ArrowRight", "a1"],
  ])("leads from %s by %s to %s", (from, key, to) => {
    expect(seatAfter(rows, from, key)).toBe(to);
  });

  it("knows the line of a seat", () => {
    expect([rowOf(rows, "a4"), rowOf(rows, "b1"), rowOf(rows, "nobody")]).toEqual([2, 4, -1]);
  });
});
