import type { components } from "../contract/api";

export type Handover = components["schemas"]["Handover"];

/** How an open handover stands: nobody took it for long, its time is nearly over, nobody took it yet, somebody deals with it. */
export type Standing = "overdue" | "ending" | "open" | "taken";

const DAY_MS = 86_400_000;
/** Nobody took it for so long: it is overdue. */
const OVERDUE_MS = DAY_MS;
/** It is shown to nobody after so little time. */
const ENDING_MS = DAY_MS;
const ORDER: readonly Standing[] = ["overdue", "ending", "open", "taken"];

const instant = (text: string | null | undefined): number => (text ? Date.parse(text) : 0);

/** Since when it is there. */
export const ageOf = (handover: Handover, now: number): number => Math.max(0, now - instant(handover.writtenAt));

export function standingOf(handover: Handover, now: number): Standing {
  if (handover.takenBy === "" && ageOf(handover, now) >= OVERDUE_MS) return "overdue";
  if (instant(handover.expiresAt) - now < ENDING_MS) return "ending";
  return handover.takenBy === "" ? "open" : "taken";
}

/** Those that have not expired, the overdue first; among equals the oldest, among those that end the first to end. */
export function ordered(handovers: readonly Handover[], now: number): readonly Handover[] {
  const rank = (handover: Handover): number => ORDER.indexOf(standingOf(handover, now));
  const within = (a: Handover, b: Handover): number =>
    standingOf(a, now) === "ending" ? instant(a.expiresAt) - instant(b.expiresAt) : instant(a.writtenAt) - instant(b.writtenAt);
  return handovers.filter((each) => instant(each.expiresAt) > now).sort((a, b) => rank(a) - rank(b) || within(a, b));
}

/** A length of time in its two largest units. */
export function ageInParts(ms: number): { readonly days: number; readonly hours: number; readonly minutes: number } {
  const minutes = Math.floor(ms / 60_000);
  return { days: Math.floor(minutes / 1_440), hours: Math.floor(minutes / 60) % 24, minutes: minutes % 60 };
}
