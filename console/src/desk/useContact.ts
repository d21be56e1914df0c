import { useQuery, type UseQueryResult } from "@tanstack/react-query";

import { Refused, untilAnswered } from "../api/client";
import { rpc } from "../api/rpc";
import { useDesk } from "./DeskProvider";
import type { Article, Client, Earlier, Enquiry, Escalation, Message, Script } from "./wire";

const NONE: readonly never[] = [];

/** The answer, or undefined where there is none for this person. */
async function orNothing<Answer>(asked: Promise<Answer>): Promise<Answer | null> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof Refused && [403, 404].includes(error.status)) return null;
    throw error;
  }
}

/** The client companies that the operator serves. */
export function useClients(): readonly Client[] {
  const { data } = useQuery({
    ...untilAnswered,
    queryKey: ["clients"],
    staleTime: 60_000,
    queryFn: () => rpc<{ clients: readonly Client[] }>("CallreasonService/ListClients"),
  });
  return data?.clients ?? NONE;
}

/** The enquiry of the contact at the desk. */
export function useEnquiry(): Enquiry | undefined {
  const { contactId, state } = useDesk();
  const { data } = useQuery({
    ...untilAnswered,
    queryKey: ["enquiry", contactId, state?.state],
    enabled: contactId !== "",
    placeholderData: (before: Enquiry | null | undefined) => (before?.contactId === contactId ? before : undefined),
    queryFn: () => orNothing(rpc<Enquiry>("CallreasonService/GetEnquiry", { contactId })),
  });
  return data ?? undefined;
}

/** The client company of the contact at the desk. */
export function useClient(): Client | undefined {
  const { leg } = useDesk();
  const enquiry = useEnquiry();
  const clients = useClients();
  const clientId = enquiry?.clientId ?? leg?.clientId ?? "";
  return clients.find((each) => each.clientId === clientId);
}

/** What the operator says at first, and articles of the reason. */
export function useScript(): UseQueryResult<{ readonly script?: Script; readonly articles: readonly Article[] } | null> {
  const { contactId } = useDesk();
  return useQuery({
    ...untilAnswered,
    queryKey: ["script", contactId],
    enabled: contactId !== "",
    queryFn: () => orNothing(rpc<{ script?: Script; articles: readonly Article[] }>("KnowledgeService/GetScript", { contactId })),
  });
}

/** Earlier contacts of the same caller. */
export function useHistory(): UseQueryResult<readonly Earlier[]> {
  const { contactId } = useDesk();
  return useQuery({
    ...untilAnswered,
    queryKey: ["history", contactId],
    enabled: contactId !== "",
    queryFn: async () =>
      (await orNothing(rpc<{ contacts: readonly Earlier[] }>("CallreasonService/GetCallerHistory", { contactId, most: 5 })))?.contacts ?? NONE,
  });
}

/** What is open at a client company: the operator's own escalations and messages. */
export function useOpenCases(clientId: string): UseQueryResult<{ readonly escalations: readonly Escalation[]; readonly messages: readonly Message[] }> {
  return useQuery({
    ...untilAnswered,
    queryKey: ["cases", clientId],
    enabled: clientId !== "",
    queryFn: async () => {
      const asked = { clientId, openOnly: true, pageSize: 10 };
      const [escalations, messages] = await Promise.all([
        orNothing(rpc<{ escalations: readonly Escalation[] }>("CaseService/ListEscalations", asked)),
        orNothing(rpc<{ messages: readonly Message[] }>("CaseService/ListMessages", asked)),
      ]);
      return { escalations: escalations?.escalations ?? NONE, messages: messages?.messages ?? NONE };
    },
  });
}
