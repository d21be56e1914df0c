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
  /** How long the operator had talked when it was left, or taken over from them, milliseconds; 0 while they talk. */
  readonly endMs: number;
}

/** The floor tells of an end after it was, and clocks differ: so much before its news the operator still talked. */
const LATE_MS = 1_000;

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
  const endMs = present && (present.endMs || Math.max(1, now - present.since - LATE_MS, ...present.marks));
  if (present && present.contactId === active?.contactId && present.supervisionId === active.supervisionId) {
    // What comes after a takeover is no talk of the operator's: nothing of it is theirs to be told about.
    return active.mode === "SUPERVISION_MODE_TAKEOVER" && present.endMs === 0 ? { ...hearing, present: { ...present, endMs: endMs ?? 0 } } : hearing;
  }
  const begun = active && talk?.contactId === active.contactId ? heardFrom(active, talk, now) : undefined;
  if (!present && !begun) return hearing;
  return { present: begun, left: present ? { ...present, endMs: endMs ?? 0 } : hearing.left };
}

/** The same with the present moment marked. */
export function marked(hearing: Hearing, now: number): Hearing {
  const { present } = hearing;
  return present && present.endMs === 0 ? { ...hearing, present: { ...present, marks: [...present.marks, Math.max(0, now - present.since)] } } : hearing;
}

const heardFrom = (active: Supervision, talk: Talk, now: number): Heard => ({
  supervisionId: active.supervisionId,
  contactId: active.contactId,
  operatorId: active.operatorId,
  since: instant(talk.since) ?? now,
  marks: [],
  endMs: 0,
});
