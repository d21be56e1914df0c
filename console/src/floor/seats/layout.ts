import type { Group } from "../model/choice";

/** A line of the seat map: a team's heading, or seats beside each other. */
export type Row = { readonly kind: "team"; readonly group: Group } | { readonly kind: "seats"; readonly seats: readonly string[] };

/** Lines with so many seats beside each other. */
export function rowsOf(groups: readonly Group[], columns: number): readonly Row[] {
  const rows: Row[] = [];
  for (const group of groups) {
    rows.push({ kind: "team", group });
    for (let from = 0; from < group.seats.length; from += columns)
      rows.push({ kind: "seats", seats: group.seats.slice(from, from + columns) });
  }
  return rows;
}

const PAGE_ROWS = 5;

/** Which seat a key leads to from another; undefined: the key leads nowhere. */
export function seatAfter(rows: readonly Row[], from: string | undefined, key: string): string | undefined {
  const lines = rows.flatMap((row) => (row.kind === "seats" ? [row.seats] : []));
  const all = lines.flat();
  const at = from === undefined ? -1 : all.indexOf(from);
  if (at < 0) return ["ArrowRight", "ArrowDown", "ArrowLeft", "ArrowUp", "Home", "End", "PageDown", "PageUp"].includes(key) ? all[0] : undefined;
  const line = lines.findIndex((seats) => seats.includes(from as string));
  const column = lines[line]?.indexOf(from as string) ?? 0;
  const down = (by: number) => {
    const target = lines[Math.min(lines.length - 1, Math.max(0, line + by))];
    return target?.[Math.min(column, target.length - 1)];
  };
  switch (key) {
    case "ArrowRight":
      return all[Math.min(all.length - 1, at + 1)];
    case "ArrowLeft":
      return all[Math.max(0, at - 1)];
    case "ArrowDown":
      return down(1);
    case "ArrowUp":
      return down(-1);
    case "PageDown":
      return down(PAGE_ROWS);
    case "PageUp":
      return down(-PAGE_ROWS);
    case "Home":
      return all[0];
    case "End":
      return all.at(-1);
    default:
      return undefined;
  }
}

/** The line on which a seat is; -1 when it is on none. */
export const rowOf = (rows: readonly Row[], operatorId: string): number =>
  rows.findIndex((row) => row.kind === "seats" && row.seats.includes(operatorId));
