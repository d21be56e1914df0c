import { useQuery } from "@tanstack/react-query";

import { rpc } from "../../api/rpc";
import type { components } from "../../contract/api";

export type Fairness = components["schemas"]["GetFairnessResponse"];
export type Next = components["schemas"]["NextToMonitor"];

/** The list follows days, not seconds; what is live in it comes from the floor. */
const ANEW_MS = 60_000;
const SHOWN_MOST = 12;

/** Whom to monitor next over all teams, most owed first. */
export function useNext(): { readonly next: readonly Next[] | undefined; readonly failed: boolean } {
  const { data, isError } = useQuery({
    queryKey: ["fairness", "next"],
    refetchInterval: ANEW_MS,
    queryFn: () => rpc<Fairness>("MonitoringService/GetFairness"),
    select: mostOwed,
  });
  return { next: data, failed: isError };
}

const mostOwed = (told: Pick<Fairness, "teams">): readonly Next[] =>
  told.teams
    .flatMap((team) => team.next)
    .sort((one, other) => other.owed - one.owed || one.operatorId.localeCompare(other.operatorId))
    .slice(0, SHOWN_MOST);
