import { useDesk } from "./DeskProvider";
import type { OperatorState } from "./wire";

const BUSY: readonly OperatorState[] = ["OPERATOR_STATE_RINGING", "OPERATOR_STATE_TALKING"];

/** How the operator changes their own state, and whether they may now. */
export function useStates(): { readonly set: (state: OperatorState, reason?: string) => void; readonly settable: boolean } {
  const { state, ask } = useDesk();
  const settable = state !== undefined && !BUSY.includes(state.state);
  return {
    settable,
    set: (next, reason = "") => {
      if (settable) void ask("RoutingService/SetOperatorState", { state: next, reason });
    },
  };
}
