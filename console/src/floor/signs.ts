import type { Sign } from "./Icon";
import type { Mode, Operator, OperatorState, PhoneReach, Supervision } from "./model/rows";

/** The sign and the class of colour of an operator's state. */
export const STATE_SIGNS: Record<OperatorState, Sign> = {
  FLOOR_OPERATOR_STATE_UNSPECIFIED: "off",
  FLOOR_OPERATOR_STATE_OFF: "off",
  FLOOR_OPERATOR_STATE_READY: "ready",
  FLOOR_OPERATOR_STATE_AWAY: "away",
  FLOOR_OPERATOR_STATE_RINGING: "ringing",
  FLOOR_OPERATOR_STATE_TALKING: "talking",
  FLOOR_OPERATOR_STATE_WRAP_UP: "wrapUp",
};

type Told = Exclude<PhoneReach, "PHONE_REACH_UNSPECIFIED">;

const PHONE_SIGNS: Record<Told, Sign> = {
  PHONE_REACH_NONE: "noPhone",
  PHONE_REACH_SIP: "deskPhone",
  PHONE_REACH_BROWSER: "browser",
  PHONE_REACH_LOST: "phoneLost",
};

export interface Phone {
  readonly reach: Told;
  readonly sign: Sign;
  /** Whether who is dialled there would not answer, although they are at work. */
  readonly wanting: boolean;
}

/** By what an operator can be reached; nothing when nobody knows, and of who is off and has no phone. */
export function phoneOf({ state, phone }: Pick<Operator, "state" | "phone">): Phone | undefined {
  if (!(phone in PHONE_SIGNS)) return undefined;
  const reach = phone as Told;
  const wanting = reach === "PHONE_REACH_NONE" || reach === "PHONE_REACH_LOST";
  if (state === "FLOOR_OPERATOR_STATE_OFF" && wanting) return undefined;
  return { reach, sign: PHONE_SIGNS[reach], wanting };
}

const MODE_SIGNS: Record<Mode, Sign> = {
  SUPERVISION_MODE_UNSPECIFIED: "listen",
  SUPERVISION_MODE_LISTEN: "listen",
  SUPERVISION_MODE_WHISPER: "whisper",
  SUPERVISION_MODE_BARGE: "barge",
  SUPERVISION_MODE_TAKEOVER: "takeover",
};

/** What a supervisor does at a seat: the sign of how they are heard, or of what they wait for. */
export function supervisionSign({ state, mode }: Pick<Supervision, "state" | "mode">): Sign {
  if (state === "FLOOR_SUPERVISION_STATE_ASKING") return "asking";
  return state === "FLOOR_SUPERVISION_STATE_AWAITING" ? "awaiting" : MODE_SIGNS[mode];
}
