import { fold } from "../../people/fold";
import type { OperatorState } from "./rows";
import { type Seat, since } from "./seats";

/** Which seats are shown, and in which order. */
export interface Choice {
  /** Words that a name, a team or an absence's reason contains. */
  readonly text: string;
  /** Empty: every team. */
  readonly teamId: string;
  /** Of the talk; empty: every client company. */
  readonly clientId: string;
  readonly state: OperatorState | "" | "alert" | "heard";
  readonly order: "team" | "longest";
}

export const EVERYBODY: Choice = { text: "", teamId: "", clientId: "", state: "", order: "team" };

/** What filters and orders need to know of a person. */
export interface Named {
  /** Everything one may type to find the person: names, team, why they are away. */
  readonly words: string;
  /** What the person is ordered by. */
  readonly key: string;
}

/** A team and its seats, in the order in which they are shown. */
export interface Group {
  readonly teamId: string;
  readonly seats: readonly string[];
  /** How many of them talk. */
  readonly talking: number;
}

/** Chosen seats by team; with the order `longest` in one group, whoever has been so for longest first. */
export function chosen(seats: Iterable<Seat>, choice: Choice, named: (operatorId: string, absence: string) => Named): readonly Group[] {
  const text = fold(choice.text);
  const kept: { seat: Seat; key: string }[] = [];
  for (const seat of seats) {
    const { words, key } = named(seat.operator.operatorId, seat.operator.reason);
    if (fits(seat, choice) && (text === "" || fold(words).includes(text))) kept.push({ seat, key });
  }
  if (choice.order === "longest") {
    kept.sort((one, other) => (since(one.seat) ?? Infinity) - (since(other.seat) ?? Infinity) || compare(one.key, other.key));
    return kept.length === 0 ? [] : [groupOf("", kept)];
  }
  const teams = new Map<string, typeof kept>();
  for (const each of kept) {
    const team = teams.get(each.seat.operator.teamId);
    if (team) team.push(each);
    else teams.set(each.seat.operator.teamId, [each]);
  }
  return [...teams]
    .sort(([one], [other]) => compare(one, other))
    .map(([teamId, members]) => groupOf(teamId, members.sort((one, other) => compare(one.key, other.key))));
}

function fits(seat: Seat, choice: Choice): boolean {
  if (choice.teamId && seat.operator.teamId !== choice.teamId) return false;
  if (choice.clientId && seat.talk?.clientId !== choice.clientId) return false;
  if (choice.state === "") return true;
  if (choice.state === "alert") return seat.alerts.length > 0;
  if (choice.state === "heard") return seat.hearers.length > 0;
  return seat.operator.state === choice.state;
}

const groupOf = (teamId: string, members: readonly { seat: Seat }[]): Group => ({
  teamId,
  seats: members.map((each) => each.seat.operator.operatorId),
  talking: members.filter((each) => each.seat.operator.state === "FLOOR_OPERATOR_STATE_TALKING").length,
});

const compare = (one: string, other: string): number => (one < other ? -1 : one > other ? 1 : 0);
