import { begin, type Board, change, NO_FLOOR, type Part } from "./board";
import type { FloorRow } from "./rows";
import { type Seat, seatsOf } from "./seats";

/** Changes are shown so much apart, that a busy floor leaves the browser time for its person. */
const APART_MS = 100;

type Listener = () => void;

/** When the next batch is shown; in the browser: with its next frame. */
export type Later = (show: () => void, inMs: number) => void;

const withNextFrame: Later = (show, inMs) => {
  // A tab in the background has no frames.
  window.setTimeout(() => (document.hidden ? show() : requestAnimationFrame(show)), inMs);
};

/** The live floor outside of React: whoever subscribes to a seat or a part is told of that one alone. */
export class FloorStore {
  #board: Board = NO_FLOOR;
  #seats = new Map<string, Seat>();
  #membership = 0;
  #pending: { readonly rows: readonly FloorRow[]; readonly whole: boolean }[] = [];
  #due = false;
  #shownAt = 0;
  readonly #bySeat = new Map<string, Set<Listener>>();
  readonly #byPart = new Map<Part | "membership", Set<Listener>>();
  readonly #later: Later;

  constructor(later: Later = withNextFrame) {
    this.#later = later;
  }

  get board(): Board {
    return this.#board;
  }

  readonly seat = (operatorId: string): Seat | undefined => this.#seats.get(operatorId);

  seats(): IterableIterator<Seat> {
    return this.#seats.values();
  }

  /** Grows when operators come, go or change their team. */
  readonly membership = (): number => this.#membership;

  /** Takes a message of the stream down; it is shown with the next batch, a call for help at once. `whole`: it replaces everything before it. */
  take(rows: readonly FloorRow[], whole: boolean): void {
    if (whole) this.#pending = [];
    this.#pending.push({ rows, whole });
    if (rows.some(isUrgent)) {
      this.#show();
      return;
    }
    if (this.#due) return;
    this.#due = true;
    this.#later(this.#show, Math.max(0, this.#shownAt + APART_MS - performance.now()));
  }

  readonly onSeat = (operatorId: string, listener: Listener): (() => void) => subscribe(this.#bySeat, operatorId, listener);

  readonly onPart = (part: Part | "membership", listener: Listener): (() => void) => subscribe(this.#byPart, part, listener);

  readonly #show = (): void => {
    this.#due = false;
    if (this.#pending.length === 0) return;
    this.#shownAt = performance.now();
    const parts = new Set<Part>();
    const operators = new Set<string>();
    for (const { rows, whole } of this.#pending) {
      const changed = whole ? begin(this.#board, rows) : change(this.#board, rows);
      this.#board = changed.board;
      for (const part of changed.parts) parts.add(part);
      for (const operator of changed.operators) operators.add(operator);
    }
    this.#pending = [];
    const moved = this.#reseat(operators);
    for (const operator of operators) tell(this.#bySeat.get(operator));
    for (const part of parts) tell(this.#byPart.get(part));
    if (moved) tell(this.#byPart.get("membership"));
  };

  #reseat(operators: ReadonlySet<string>): boolean {
    const renewed = seatsOf(this.#board, operators);
    let moved = false;
    for (const operatorId of operators) {
      const before = this.#seats.get(operatorId);
      const now = renewed.get(operatorId);
      moved ||= before?.operator.teamId !== now?.operator.teamId;
      if (now) this.#seats.set(operatorId, now);
      else this.#seats.delete(operatorId);
    }
    if (moved) this.#membership += 1;
    return moved;
  }
}

/** What nobody may wait for: the batch of a busy floor is a tenth of a second away. */
const isUrgent = (row: FloorRow): boolean => row.alert?.state === "FLOOR_ALERT_STATE_OPEN";

function subscribe<Key>(listeners: Map<Key, Set<Listener>>, key: Key, listener: Listener): () => void {
  const those = listeners.get(key) ?? new Set();
  listeners.set(key, those.add(listener));
  return () => {
    those.delete(listener);
    if (those.size === 0) listeners.delete(key);
  };
}

function tell(listeners: ReadonlySet<Listener> | undefined): void {
  listeners?.forEach((listener) => listener());
}
