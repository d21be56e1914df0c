import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";

import { rpc } from "../api/rpc";
import type { components } from "../contract/api";
import { useAwayWords } from "../people/away";
import { useClients } from "../people/useClients";
import { usePeople } from "../people/usePeople";
import type { Person } from "../session/session";
import type { Named } from "./model/choice";

type Queues = components["schemas"]["ListQueuesResponse"];

const STALE_MS = 300_000;

/** What ids are called in the reader's language; an id without its prefix where no name is known. */
export interface Names {
  readonly person: (userId: string) => Person;
  readonly name: (userId: string) => string;
  /** The family name, for narrow places. */
  readonly short: (userId: string) => string;
  readonly named: (userId: string, absence: string) => Named;
  /** Why somebody is away. */
  readonly away: (absence: string) => string;
  readonly client: (clientId: string) => string;
  readonly clients: readonly { readonly id: string; readonly name: string }[];
  readonly reason: (clientId: string, reasonId: string) => string;
  readonly queue: (queueId: string) => string;
  readonly team: (teamId: string) => string;
}

const bare = (id: string): string => id.replace(/^[a-z]+_/u, "");

export function useNames(): Names {
  const { i18n, t } = useTranslation("floor");
  const { person } = usePeople();
  const { clients } = useClients();
  const { data: queues } = useQuery({
    queryKey: ["queues"],
    staleTime: STALE_MS,
    queryFn: () => rpc<Queues>("RoutingService/ListQueues"),
  });
  const away = useAwayWords();
  const english = i18n.language === "en";
  return useMemo(() => {
    const profiles = new Map(clients.map((client) => [client.clientId, client]));
    const labels = new Map((queues?.queues ?? []).map((queue) => [queue.queueId, (english ? queue.labelEn : queue.labelJa) || ""]));
    const name = (userId: string) => {
      const who = person(userId);
      return (english && who.nameEn) || who.name;
    };
    return {
      person,
      name,
      short: (userId) => {
        const words = name(userId).split(/\s+/u);
        return (english ? words.at(-1) : words[0]) ?? userId;
      },
      named: (userId, absence) => {
        const who = person(userId);
        return { words: `${who.name} ${who.furigana} ${who.nameEn} ${bare(who.teamId)} ${away(absence)}`, key: (english ? who.nameEn : who.furigana) || who.name };
      },
      away,
      client: (clientId) => profiles.get(clientId)?.name ?? bare(clientId),
      clients: [...profiles.values()].map((client) => ({ id: client.clientId, name: client.name })),
      reason: (clientId, reasonId) => {
        const reason = profiles.get(clientId)?.reasons.find((each) => each.reasonId === reasonId);
        return reason ? (english && reason.labelEn) || reason.labelJa : "";
      },
      queue: (queueId) => labels.get(queueId) || bare(queueId),
      team: (teamId) => bare(teamId) || t("tools.noTeam"),
    };
  }, [away, clients, english, person, queues, t]);
}
