import type { Board } from "./board";
import { type Alert, instant, type Operator, type Supervision, type Talk } from "./rows";

/** An operator's seat: what they do, with whom, who hears them and what they call for. */
export interface Seat {
  readonly operator: Operator;
  /** The talk that began last. */
  readonly talk: Talk | undefined;
  readonly hearers: readonly Supervision[];
  readonly alerts: readonly Alert[];
}

/** The seats of these operators; those without a row have none. */
export function seatsOf(board: Board, operatorIds: ReadonlySet<string>): Map<string, Seat> {
  const talks = new Map<string, Talk>();
  for (const talk of board.talks.values()) {
    const earlier = talks.get(talk.operatorId);
    if (operatorIds.has(talk.operatorId) && (!earlier || began(earlier) <= began(talk))) talks.set(talk.operatorId, talk);
  }
  const hearers = grouped(board.supervisions.values(), operatorIds);
  const alerts = grouped(board.alerts.values(), operatorIds);
  const seats = new Map<string, Seat>();
  for (const id of operatorIds) {
    const operator = board.operators.get(id);
    if (!operator) continue;
    seats.set(id, { operator, talk: talks.get(id), hearers: hearers.get(id) ?? [], alerts: alerts.get(id) ?? [] });
  }
  return seats;
}

/** Since when the seat is as it is: the talk's beginning while it talks, else the state's. */
export const since = (seat: Seat): number | undefined =>
  seat.operator.state === "FLOOR_OPERATOR_STATE_TALKING" && seat.talk
    ? instant(seat.talk.since)
    : instant(seat.operator.since);

const began = (talk: Talk): number => instant(talk.since) ?? 0;

function grouped<Row extends { readonly operatorId: string }>(rows: Iterable<Row>, ids: ReadonlySet<string>): Map<string, Row[]> {
  const groups = new Map<string, Row[]>();
  for (const row of rows) {
    if (!ids.has(row.operatorId)) continue;
    const group = groups.get(row.operatorId);
    if (group) group.push(row);
    else groups.set(row.operatorId, [row]);
  }
  return groups;
}
