import { OF_PERSONS } from "../session/forgetting";
import { keepSealed, keptSealed } from "../session/sealing";

/** What was written in a form that was not sent yet. */
export interface Draft {
  readonly contactId: string;
  readonly answers: Readonly<Record<string, string>>;
  readonly reasonId: string;
  /** Milliseconds of the epoch. */
  readonly at: number;
}

export const DRAFTS_MOST = 20;
/** Older ones are forgotten: the time for the form is long over. */
export const DRAFT_MS_MAX = 24 * 3_600_000;

/** The drafts with this one, without what is too old or too much; the newest first. */
export const withDraft = (drafts: readonly Draft[], draft: Draft): readonly Draft[] =>
  [draft, ...drafts.filter((each) => each.contactId !== draft.contactId && draft.at - each.at < DRAFT_MS_MAX)].slice(0, DRAFTS_MOST);

export const withoutDraft = (drafts: readonly Draft[], contactId: string): readonly Draft[] =>
  drafts.filter((each) => each.contactId !== contactId);

const keptUnder = (userId: string): string => `${OF_PERSONS}${userId}`;

/** A person's drafts in this browser, sealed: customers' words stand in them. */
export function keptDrafts(userId: string): readonly Draft[] {
  try {
    return JSON.parse(keptSealed(keptUnder(userId)) ?? "[]") as readonly Draft[];
  } catch {
    return [];
  }
}

export const keepDrafts = (userId: string, drafts: readonly Draft[]): void => keepSealed(keptUnder(userId), JSON.stringify(drafts));
