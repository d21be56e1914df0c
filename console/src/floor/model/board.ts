import type { Alert, FloorRow, FollowUp, Operator, Queue, Supervision, Talk, Waiting } from "./rows";

/** The floor as the stream has told it so far; rows by id. Never changed in place. */
export interface Board {
  readonly operators: ReadonlyMap<string, Operator>;
  readonly talks: ReadonlyMap<string, Talk>;
  readonly supervisions: ReadonlyMap<string, Supervision>;
  readonly waiting: ReadonlyMap<string, Waiting>;
  /** Open and claimed ones. */
  readonly alerts: ReadonlyMap<string, Alert>;
  /** Claimed ones whose call ended before anybody told what became of them; the newest `UNTOLD_MOST`. */
  readonly untold: ReadonlyMap<string, Alert>;
  readonly queues: ReadonlyMap<string, Queue>;
  readonly followUps: ReadonlyMap<string, FollowUp>;
}

export type Part = keyof Board;

/** What a batch of rows made of a board: the parts and the operators whose rows it touched. */
export interface Change {
  readonly board: Board;
  readonly parts: ReadonlySet<Part>;
  readonly operators: ReadonlySet<string>;
}

export const UNTOLD_MOST = 20;

const EMPTY: ReadonlyMap<string, never> = new Map<string, never>();

export const NO_FLOOR: Board = {
  operators: EMPTY,
  talks: EMPTY,
  supervisions: EMPTY,
  waiting: EMPTY,
  alerts: EMPTY,
  untold: EMPTY,
  queues: EMPTY,
  followUps: EMPTY,
};

/** A queue that several client companies share is one row for each. */
export const queueKey = (queue: Pick<Queue, "clientId" | "queueId">): string => `${queue.clientId}/${queue.queueId}`;

/** The floor whole: what was known before is void, and every operator before and after is touched. */
export function begin(before: Board, rows: readonly FloorRow[]): Change {
  const { board } = change({ ...NO_FLOOR, untold: before.untold }, rows);
  return {
    board,
    parts: new Set(Object.keys(NO_FLOOR) as Part[]),
    operators: new Set([...before.operators.keys(), ...board.operators.keys()]),
  };
}

/** The floor after some rows, in their order. Parts that no row touched stay the same objects. */
export function change(before: Board, rows: readonly FloorRow[]): Change {
  const draft = new Draft(before);
  for (const row of rows) draft.take(row);
  return { board: draft.board(), parts: draft.parts, operators: draft.operators };
}

type Draws = { -readonly [Name in Part]?: Board[Name] extends ReadonlyMap<string, infer Row> ? Map<string, Row> : never };

/** Copies each part on its first change. */
class Draft {
  readonly parts = new Set<Part>();
  readonly operators = new Set<string>();
  readonly #before: Board;
  readonly #drawn: Draws = {};

  constructor(before: Board) {
    this.#before = before;
  }

  board(): Board {
    return { ...this.#before, ...this.#drawn };
  }

  take(row: FloorRow): void {
    if (row.operator) this.#put("operators", row.operator.operatorId, row.operator);
    else if (row.talk) this.#put("talks", row.talk.contactId, row.talk);
    else if (row.supervision) this.#put("supervisions", row.supervision.supervisionId, row.supervision);
    else if (row.waiting) this.#write("waiting").set(row.waiting.contactId, row.waiting);
    else if (row.queue) this.#write("queues").set(queueKey(row.queue), row.queue);
    else if (row.followUp) this.#put("followUps", row.followUp.feedbackId, row.followUp);
    else if (row.alert) this.#alert(row.alert);
    else if (row.gone) {
      const { talk, supervision, waiting, followUp } = row.gone;
      if (talk !== undefined) this.#drop("talks", talk);
      if (supervision !== undefined) this.#drop("supervisions", supervision);
      if (waiting !== undefined) this.#write("waiting").delete(waiting);
      if (followUp !== undefined) this.#drop("followUps", followUp);
    }
  }

  #alert(alert: Alert): void {
    if (alert.state === "FLOOR_ALERT_STATE_OPEN" || alert.state === "FLOOR_ALERT_STATE_CLAIMED") {
      this.#put("alerts", alert.alertId, alert);
      return;
    }
    this.#drop("alerts", alert.alertId);
    const untold = this.#write("untold");
    untold.delete(alert.alertId);
    if (alert.state === "FLOOR_ALERT_STATE_ENDED" && alert.supervisorId) untold.set(alert.alertId, alert);
    for (const oldest of untold.keys()) if (untold.size > UNTOLD_MOST) untold.delete(oldest);
  }

  #write<Name extends Part>(part: Name): NonNullable<Draws[Name]> {
    this.parts.add(part);
    const drawn = (this.#drawn[part] ?? new Map(this.#before[part] as ReadonlyMap<string, never>)) as NonNullable<Draws[Name]>;
    this.#drawn[part] = drawn;
    return drawn;
  }

  #put<Row extends { readonly operatorId: string }>(part: Part, id: string, row: Row): void {
    const rows = this.#write(part) as unknown as Map<string, Row>;
    const earlier = rows.get(id);
    if (earlier) this.operators.add(earlier.operatorId);
    this.operators.add(row.operatorId);
    rows.set(id, row);
  }

  #drop(part: "talks" | "supervisions" | "alerts" | "followUps", id: string): void {
    const rows: Map<string, { readonly operatorId: string }> = this.#write(part);
    const earlier = rows.get(id);
    if (earlier) this.operators.add(earlier.operatorId);
    rows.delete(id);
  }
}
