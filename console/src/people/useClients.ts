import { useQuery } from "@tanstack/react-query";
import { useCallback } from "react";
import { useTranslation } from "react-i18next";

import { untilAnswered } from "../api/client";
import { rpc } from "../api/rpc";
import type { components } from "../contract/api";

export type ClientProfile = components["schemas"]["ClientProfile"];
type Reason = components["schemas"]["Reason"];

const NONE: readonly ClientProfile[] = [];

/** The client companies that one serves, with their names and their reasons' names. */
export function useClients() {
  const { i18n } = useTranslation();
  const query = useQuery({
    ...untilAnswered,
    queryKey: ["clients"],
    staleTime: 300_000,
    queryFn: () => rpc<components["schemas"]["ListClientsResponse"]>("CallreasonService/ListClients"),
  });
  const clients: readonly ClientProfile[] = query.data?.clients ?? NONE;
  const nameOf = useCallback((clientId: string): string => clients.find((each) => each.clientId === clientId)?.name ?? clientId, [clients]);
  const labelOf = useCallback((reason: Reason): string => (i18n.language === "ja" ? reason.labelJa : reason.labelEn), [i18n.language]);
  const reasonOf = useCallback(
    (clientId: string, reasonId: string): string => {
      const reason = clients.find((each) => each.clientId === clientId)?.reasons.find((each) => each.reasonId === reasonId);
      return reason ? labelOf(reason) : reasonId;
    },
    [clients, labelOf],
  );
  return { query, clients, nameOf, labelOf, reasonOf };
}
