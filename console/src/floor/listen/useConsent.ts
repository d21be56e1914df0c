import { useQuery } from "@tanstack/react-query";

import type { Supervision } from "../model/rows";
import { entryOf } from "./requests";

export type Consent = "asked" | "given" | "notNeeded";

const AGAIN_MS = 1_000;

/** What the operator said to being heard; undefined while it is looked up. Whether quality and samples need a yes is the client company's policy. */
export function useConsent({ supervisionId, operatorId, purpose, state }: Supervision): Consent | undefined {
  const asking = state === "FLOOR_SUPERVISION_STATE_ASKING";
  const byPolicy = purpose === "PURPOSE_QUALITY" || purpose === "PURPOSE_SAMPLING";
  const { data } = useQuery({
    queryKey: ["consent", supervisionId],
    enabled: byPolicy && !asking,
    staleTime: Infinity,
    retry: 3,
    retryDelay: AGAIN_MS,
    queryFn: async () => {
      const entry = await entryOf(operatorId, supervisionId);
      if (!entry) throw new Error("the ledger does not have it yet");
      return entry.consent === "CONSENT_ANSWER_ACCEPTED" ? "given" : "notNeeded";
    },
  });
  if (asking) return "asked";
  if (byPolicy) return data;
  return purpose === "PURPOSE_TRAINING" ? "given" : "notNeeded";
}
