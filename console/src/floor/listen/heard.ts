import { instant, type Supervision, type Talk } from "../model/rows";

/** A call that its supervisor hears, or has heard: what feedback needs to know. */
export interface Heard {
  readonly supervisionId: string;
  readonly contactId: string;
  readonly operatorId: string;
  /** When the talk began, milliseconds since the epoch. */
  readonly since: number;
  /** Marked moments, milliseconds from the talk's beginning. */
  readonly marks: readonly number[];
  /** How long the talk was when it was left, milliseconds. */
  readonly endMs: number;
}

/** The call under way and the one that was left last. */
export interface Hearing {
  readonly present: Heard | undefined;
  readonly left: Heard | undefined;
}

export const NOTHING_HEARD: Hearing = { present: undefined, left: undefined };

/** What is heard once the supervisor stands so: a call that is heard no more becomes the one that was left. */
export function heardAfter(hearing: Hearing, mine: Supervision | undefined, talk: Talk | undefined, now: number): Hearing {
  const active = mine?.state === "FLOOR_SUPERVISION_STATE_ACTIVE" ? mine : undefined;
  const { present } = hearing;
  if (present && present.contactId === active?.contactId && present.supervisionId === active.supervisionId) return hearing;
  const begun = active && talk?.contactId === active.contactId ? heardFrom(active, talk, now) : undefined;
  if (!present && !begun) return hearing;
  return { present: begun, left: present ? { ...present, endMs: Math.max(0, now - present.since) } : hearing.left };
}

/** The same with the present moment marked. */
export function marked(hearing: Hearing, now: number): Hearing {
  const { present } = hearing;
  return present ? { ...hearing, present: { ...present, marks: [...present.marks, Math.max(0, now - present.since)] } } : hearing;
}

const heardFrom = (active: Supervision, talk: Talk, now: number): Heard => ({
  supervisionId: active.supervisionId,
  contactId: active.contactId,
  operatorId: active.operatorId,
  since: instant(talk.since) ?? now,
  marks: [],
  endMs: 0,
});
