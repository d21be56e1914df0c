import type { Reason } from "./wire";

/** Where one is in the tree: `parent` is empty on the first level. */
export interface Level {
  readonly parent: string;
  readonly reasons: readonly Reason[];
}

/** The reasons below one, in the company's order. */
export const levelOf = (reasons: readonly Reason[], parent: string): Level => ({
  parent,
  reasons: reasons.filter((each) => (each.parentId ?? "") === parent),
});

export const hasDeeper = (reasons: readonly Reason[], reasonId: string): boolean =>
  reasons.some((each) => each.parentId === reasonId);

/** The level above this one. */
export function above(reasons: readonly Reason[], parent: string): Level {
  return levelOf(reasons, reasons.find((each) => each.reasonId === parent)?.parentId ?? "");
}

/** A reason with those above it, the topmost first. */
export function pathOf(reasons: readonly Reason[], reasonId: string): readonly Reason[] {
  const found: Reason[] = [];
  for (let id: string | undefined = reasonId; id; ) {
    const reason = reasons.find((each) => each.reasonId === id);
    if (!reason || found.includes(reason)) break;
    found.unshift(reason);
    id = reason.parentId;
  }
  return found;
}

/** What a number key chooses on a level: deeper, or the reason itself where nothing is below it. */
export function byNumber(
  reasons: readonly Reason[],
  level: Level,
  number: number,
): { readonly level: Level } | { readonly chosen: string } | undefined {
  const reason = level.reasons[number - 1];
  if (!reason) return undefined;
  return hasDeeper(reasons, reason.reasonId) ? { level: levelOf(reasons, reason.reasonId) } : { chosen: reason.reasonId };
}
