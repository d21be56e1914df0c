import type { Sign } from "./Icon";
import type { Mode, OperatorState, Supervision } from "./model/rows";

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
