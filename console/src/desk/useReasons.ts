import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";

import { useDesk } from "./DeskProvider";
import { above, byNumber, type Level, levelOf } from "./reasonTree";
import { useClient, useEnquiry } from "./useContact";
import type { Reason } from "./wire";

/** Where one is in the client company's reasons, and which one is confirmed. */
export interface Reasons {
  readonly level: Level;
  /** As the service has it. Empty: none. */
  readonly chosen: string;
  readonly choosable: boolean;
  readonly choose: (number: number) => void;
  readonly up: () => void;
}

const NONE: readonly Reason[] = [];

export function useReasons(): Reasons {
  const { contactId, state, ask } = useDesk();
  const queries = useQueryClient();
  const all = useClient()?.reasons ?? NONE;
  const enquiry = useEnquiry();
  const [place, setPlace] = useState({ contactId: "", parent: "" });
  const parent = place.contactId === contactId ? place.parent : "";
  const level = levelOf(all, parent);
  const choosable = contactId !== "" && (state?.state === "OPERATOR_STATE_TALKING" || state?.state === "OPERATOR_STATE_WRAP_UP");
  const go = (to: Level) => setPlace({ contactId, parent: to.parent });
  const confirm = async (reasonId: string) => {
    if (await ask("CallreasonService/ConfirmReason", { contactId, reasonId })) {
      await queries.invalidateQueries({ queryKey: ["enquiry", contactId] });
    }
  };
  return {
    level,
    chosen: enquiry?.confirmedReasonId ?? "",
    choosable,
    choose: (number) => {
      const found = choosable ? byNumber(all, level, number) : undefined;
      if (!found) return;
      if ("level" in found) go(found.level);
      else void confirm(found.chosen);
    },
    up: () => go(above(all, parent)),
  };
}
