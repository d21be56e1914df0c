import { useQuery, useQueryClient, type UseQueryResult } from "@tanstack/react-query";
import { useEffect, useState } from "react";

import { rpc } from "../api/rpc";
import { useSession } from "../session/SessionProvider";
import { useDesk } from "./DeskProvider";
import { justWritten, type Written } from "./handovers";
import { useClient } from "./useContact";
import type { Handover } from "./wire";

type Listed = readonly Handover[];

export const LISTED_MOST = 200;
const OF_CALLER_MOST = 50;
const AGAIN_MS = 30_000;

const list = async (asked: object, pageSize: number): Promise<Listed> =>
  (await rpc<{ handovers: Listed }>("CaseService/ListHandovers", { ...asked, pageSize })).handovers;

/** Those about the caller at the desk, from the ringing on. */
export function useCallersHandovers(): UseQueryResult<Listed> {
  const { contactId } = useDesk();
  return useQuery({
    queryKey: ["handovers", "caller", contactId],
    enabled: contactId !== "",
    refetchInterval: AGAIN_MS,
    queryFn: () => list({ contactId }, OF_CALLER_MOST),
  });
}

/** Those of a client company, or of all that the operator serves. */
export function useOpenHandovers(clientId: string): UseQueryResult<Listed> {
  return useQuery({
    queryKey: ["handovers", "open", clientId],
    refetchInterval: AGAIN_MS,
    queryFn: () => list({ clientId }, LISTED_MOST),
  });
}

/** A contact that a handover is written about; it may be over before the words are found. */
export interface About {
  readonly contactId: string;
  readonly clientId: string;
}

const OWN = ["OPERATOR_STATE_TALKING", "OPERATOR_STATE_WRAP_UP"];

/** The contact that is talked with or wrapped up, else the last one; none while another rings. */
export function useAbout(): About | undefined {
  const { state, contactId } = useDesk();
  const clientId = useClient()?.clientId ?? "";
  const [last, setLast] = useState<About>();
  const own = contactId !== "" && OWN.includes(state?.state ?? "");
  useEffect(() => {
    if (own && clientId) setLast({ contactId, clientId });
  }, [own, contactId, clientId]);
  return contactId === "" || last?.contactId === contactId ? last : undefined;
}

export interface HandoverDeeds {
  readonly busy: boolean;
  /** Each answers whether it was done. */
  readonly take: (handoverId: string) => Promise<boolean>;
  readonly close: (handoverId: string) => Promise<boolean>;
  readonly read: (handoverId: string) => Promise<boolean>;
  readonly readAll: (handovers: Listed) => Promise<void>;
}

/** Taking and closing; what was acknowledged is seen at once, what was refused is read anew. */
export function useHandoverDeeds(): HandoverDeeds {
  const { ask, busy } = useDesk();
  const { user } = useSession();
  const queries = useQueryClient();
  const change = (how: (listed: Listed) => Listed) =>
    queries.setQueriesData<Listed>({ queryKey: ["handovers"] }, (listed) => listed && how(listed));
  const does = async (method: string, handoverId: string, how: (listed: Listed) => Listed) => {
    const done = (await ask(method, { handoverId })) !== undefined;
    if (done) change(how);
    else void queries.invalidateQueries({ queryKey: ["handovers"] });
    return done;
  };
  const read = (handoverId: string) =>
    does("CaseService/ReadHandover", handoverId, (listed) => listed.map((each) => (each.handoverId === handoverId ? { ...each, read: true } : each)));
  return {
    busy: ["Take", "Close", "Read"].some((deed) => busy.has(`CaseService/${deed}Handover`)),
    read,
    readAll: async (handovers) => {
      for (const each of handovers) if (!(await read(each.handoverId))) return;
    },
    take: (handoverId) =>
      does("CaseService/TakeHandover", handoverId, (listed) =>
        listed.map((each) => (each.handoverId === handoverId ? { ...each, takenBy: user.userId, read: true } : each)),
      ),
    close: (handoverId) => does("CaseService/CloseHandover", handoverId, (listed) => listed.filter((each) => each.handoverId !== handoverId)),
  };
}

/** Shows what was just written in the lists that it belongs to. */
export function useJustWritten(): (written: Written, of: { handoverId: string; contactId: string; clientId: string }) => void {
  const { user } = useSession();
  const queries = useQueryClient();
  return (written, of) => {
    const one = justWritten(written, { ...of, userId: user.userId }, Date.now());
    for (const queryKey of [["handovers", "caller", of.contactId], ["handovers", "open", of.clientId], ["handovers", "open", ""]])
      queries.setQueryData<Listed>(queryKey, (listed) => listed && [one, ...listed.filter((each) => each.handoverId !== of.handoverId)]);
  };
}
