import { beginOfDay } from "../app/dates";
import type { components } from "../contract/api";

export type Report = components["schemas"]["GetReasonReportResponse"];
export type ReasonRow = components["schemas"]["ReasonRow"];
type ReasonPair = components["schemas"]["ReasonPair"];

/** Days of the centre, both inclusive, as `2026-11-22`. */
export interface Period {
  readonly first: string;
  readonly last: string;
}

/** The instants that a report is asked for: from the first day's begin until the end of the last one. */
export const instantsOf = ({ first, last }: Period): { from: string; until: string } => ({
  from: beginOfDay(first).toISOString(),
  until: new Date(beginOfDay(last).getTime() + 86_400_000).toISOString(),
});

/** So many days that end with `today`. */
export function daysUntil(today: string, days: number): Period {
  const first = new Date(new Date(`${today}T00:00:00Z`).getTime() - (days - 1) * 86_400_000);
  return { first: first.toISOString().slice(0, 10), last: today };
}

export const isPeriod = ({ first, last }: Period): boolean => first !== "" && last !== "" && first <= last;

const UNITS_MS = { hours: 3_600_000, minutes: 60_000 } as const;
/** Below it hours would be fractions that nobody reads. */
const HOURS_FROM_MS = 2 * UNITS_MS.hours;

/** Workloads in the unit that suits the largest, to two digits of it. */
export function workloadsOf(rows: readonly Pick<ReasonRow, "workloadMs">[]): { readonly unit: keyof typeof UNITS_MS; readonly values: readonly number[] } {
  const all = rows.map((row) => Number(row.workloadMs));
  const unit = Math.max(0, ...all) < HOURS_FROM_MS ? "minutes" : "hours";
  return { unit, values: all.map((ms) => Math.round((ms / UNITS_MS[unit]) * 100) / 100) };
}

/** What callers stated (rows) against what operators confirmed (columns). Empty ids: nothing was. */
export interface Matrix {
  readonly stated: readonly string[];
  readonly confirmed: readonly string[];
  readonly contacts: (stated: string, confirmed: string) => number;
  /** Of those contacts of which both are known: how many were confirmed as stated; undefined when there are none. */
  readonly agreed: number | undefined;
}

/** The matrix of a report's pairs, reasons in the order of `order`, unknown last. */
export function matrixOf(pairs: readonly ReasonPair[], order: readonly string[]): Matrix {
  const counts = new Map(pairs.map((pair) => [`${pair.statedReasonId} ${pair.confirmedReasonId}`, pair.contacts]));
  const rank = (id: string) => (id === "" ? order.length + 1 : (order.indexOf(id) + order.length + 1) % (order.length + 1));
  const sorted = (ids: readonly string[]) => [...new Set(ids)].sort((a, b) => rank(a) - rank(b) || a.localeCompare(b));
  const known = pairs.filter((pair) => pair.statedReasonId && pair.confirmedReasonId);
  const sum = (of: readonly ReasonPair[]) => of.reduce((total, pair) => total + pair.contacts, 0);
  const same = sum(known.filter((pair) => pair.statedReasonId === pair.confirmedReasonId));
  return {
    stated: sorted(pairs.map((pair) => pair.statedReasonId)),
    confirmed: sorted(pairs.map((pair) => pair.confirmedReasonId)),
    contacts: (stated, confirmed) => counts.get(`${stated} ${confirmed}`) ?? 0,
    agreed: known.length > 0 ? same / sum(known) : undefined,
  };
}
