import type { Handover } from "./wire";

export const GIST_CHARACTERS_MOST = 140;
const DETAIL_CHARACTERS_MOST = 1_000;
const VALID_DAYS = 7;
export const VALID_DAYS_MOST = 30;
const DAY_MS = 86_400_000;

/** What is written in the form of a handover. */
export interface Written {
  readonly gist: string;
  readonly detail: string;
  readonly validDays: string;
}

export const BLANK: Written = { gist: "", detail: "", validDays: String(VALID_DAYS) };

/** Characters as the service counts them: one that is two units of UTF-16 is one. */
export const characters = (text: string): number => [...text].length;

export type Field = keyof Written;
export type Fault = "missing" | "tooLong" | "days";

/** What is wrong with each field, before the service is asked. */
export function faultsOf({ gist, detail, validDays }: Written): Partial<Record<Field, Fault>> {
  const days = /^\d{1,2}$/.test(validDays.trim()) ? Number(validDays) : 0;
  return {
    ...(gist.trim() === "" ? { gist: "missing" as const } : characters(gist) > GIST_CHARACTERS_MOST ? { gist: "tooLong" as const } : {}),
    ...(characters(detail) > DETAIL_CHARACTERS_MOST ? { detail: "tooLong" as const } : {}),
    ...(days < 1 || days > VALID_DAYS_MOST ? { validDays: "days" as const } : {}),
  };
}

/** What may be done with a handover by one of whom it is for. */
export function deedsOf({ takenBy, userId }: Pick<Handover, "takenBy" | "userId">, mine: string): { readonly take: boolean; readonly close: boolean } {
  return { take: takenBy === "", close: takenBy === "" ? userId === mine : takenBy === mine };
}

/** A handover that was just written, until the service tells of it. */
export const justWritten = (
  { gist, detail, validDays }: Written,
  of: { readonly handoverId: string; readonly contactId: string; readonly clientId: string; readonly userId: string },
  now: number,
): Handover => ({
  ...of,
  gist,
  detail,
  reasonId: "",
  takenBy: "",
  read: true,
  writtenAt: new Date(now).toISOString(),
  expiresAt: new Date(now + Number(validDays) * DAY_MS).toISOString(),
});

/** Those that have not expired: the list may be older than an instant. */
export const unexpired = (handovers: readonly Handover[], now: number): readonly Handover[] =>
  handovers.filter((each) => each.expiresAt === undefined || each.expiresAt === null || Date.parse(each.expiresAt) > now);

/** Open handovers as an operator looks at them before a call; in each the unread first. */
export interface Shares {
  /** What I deal with, and what I wrote and nobody deals with yet. */
  readonly mine: readonly Handover[];
  /** The same of the others of my team. */
  readonly team: readonly Handover[];
  readonly others: readonly Handover[];
}

/** Whose they are: who has taken it, else who wrote it. */
export function sharesOf(
  handovers: readonly Handover[],
  me: { readonly userId: string; readonly teamId: string },
  person: (userId: string) => { readonly teamId: string },
): Shares {
  const shares = { mine: [] as Handover[], team: [] as Handover[], others: [] as Handover[] };
  for (const each of [...handovers].sort((a, b) => Number(a.read) - Number(b.read))) {
    const whose = each.takenBy || each.userId;
    const sameTeam = me.teamId !== "" && person(whose).teamId === me.teamId;
    shares[whose === me.userId ? "mine" : sameTeam ? "team" : "others"].push(each);
  }
  return shares;
}

/** What I have to read before a call: of mine and of my team. */
export const unreadOf = ({ mine, team }: Shares): readonly Handover[] => [...mine, ...team].filter((each) => !each.read);
