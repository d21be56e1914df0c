import { expect, it } from "vitest";

import { above, byNumber, levelOf, pathOf } from "./reasonTree";
import type { Reason } from "./wire";

const reason = (reasonId: string, parentId?: string): Reason => ({
  reasonId,
  labelJa: reasonId,
  labelEn: reasonId,
  ...(parentId ? { parentId } : {}),
});
const TREE = [reason("rsn_order"), reason("rsn_bill"), reason("rsn_late", "rsn_order"), reason("rsn_change", "rsn_order")];

it("a reason on the second level takes two keys", () => {
  const first = byNumber(TREE, levelOf(TREE, ""), 1);
  expect(first).toEqual({ level: levelOf(TREE, "rsn_order") });
  expect(byNumber(TREE, levelOf(TREE, "rsn_order"), 2)).toEqual({ chosen: "rsn_change" });
});

it("a reason with nothing below it takes one key", () => {
  expect(byNumber(TREE, levelOf(TREE, ""), 2)).toEqual({ chosen: "rsn_bill" });
});

it("a number without a reason chooses nothing", () => {
  expect(byNumber(TREE, levelOf(TREE, ""), 9)).toBeUndefined();
});

it("one comes back up", () => {
  expect(above(TREE, "rsn_order")).toEqual(levelOf(TREE, ""));
});

it("a path names those above first, and a circle ends", () => {
  expect(pathOf(TREE, "rsn_late").map((each) => each.reasonId)).toEqual(["rsn_order", "rsn_late"]);
  expect(pathOf([reason("rsn_a", "rsn_b"), reason("rsn_b", "rsn_a")], "rsn_a")).toHaveLength(2);
});
