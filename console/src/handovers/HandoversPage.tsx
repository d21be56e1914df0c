import { Alert, Group, NativeSelect, Stack, Text, Title } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { Refused } from "../api/client";
import { Empty, Failed, Loading } from "../app/States";
import { tell } from "../app/telling";
import { useClients } from "../people/useClients";
import { HandoverTable } from "./HandoverTable";
import { type Deed, doWith, LISTED_MOST, openHandovers } from "./service";
import { ordered, standingOf } from "./standing";

const AGAIN_MS = 30_000;

/** What is handed over and not done, of the client companies that one leads: the overdue first. */
export function HandoversPage() {
  const { t } = useTranslation("handovers");
  const queries = useQueryClient();
  const { clients } = useClients();
  const [clientId, setClientId] = useState("");
  const query = useQuery({ queryKey: ["handovers", "led", clientId], refetchInterval: AGAIN_MS, queryFn: async () => ({ rows: await openHandovers(clientId), at: Date.now() }) });
  const deed = useMutation({
    mutationFn: ({ deed: what, handoverId }: { deed: Deed; handoverId: string }) => doWith(what, handoverId),
    onSuccess: (_, { deed: what }) => void tell({ message: t(what === "take" ? "taken" : "closed") }),
    // Also when it was refused: somebody else was quicker.
    onSettled: () => queries.invalidateQueries({ queryKey: ["handovers"] }),
  });
  const now = query.data?.at ?? 0;
  const rows = ordered(query.data?.rows ?? [], now);
  const overdue = rows.filter((each) => standingOf(each, now) === "overdue").length;
  return (
    <Stack>
      <Group align="flex-end" gap="xl">
        <Title order={1}>{t("title")}</Title>
        <NativeSelect
          label={t("client")}
          value={clientId}
          onChange={(e) => setClientId(e.currentTarget.value)}
          data={[{ value: "", label: t("all") }, ...clients.map((each) => ({ value: each.clientId, label: each.name }))]}
        />
        <Text role="status" fw={600}>
          {query.data ? t("counted", { open: rows.length, overdue }) : ""}
        </Text>
      </Group>
      <Text size="sm" c="dimmed">
        {t("overdueMeans")}
      </Text>
      {deed.isError ? <NotDone error={deed.error} /> : undefined}
      {query.isPending ? <Loading /> : undefined}
      {query.isError ? <Failed error={query.error} again={() => void query.refetch()} /> : undefined}
      {query.data && rows.length === 0 ? <Empty>{t("none")}</Empty> : undefined}
      {rows.length > 0 ? <HandoverTable rows={rows} now={now} busy={deed.isPending} onDo={(what, handoverId) => deed.mutate({ deed: what, handoverId })} /> : undefined}
      {rows.length >= LISTED_MOST ? (
        <Text size="sm" c="dimmed">
          {t("newest", { count: LISTED_MOST })}
        </Text>
      ) : undefined}
    </Stack>
  );
}

const REFUSALS: ReadonlySet<string> = new Set(["ALREADY_TAKEN", "HANDOVER_OVER", "UNKNOWN_HANDOVER"]);

/** Why it was not done, where that is usual: somebody was quicker. */
function NotDone({ error }: { error: unknown }) {
  const { t } = useTranslation("handovers");
  const reason = error instanceof Refused ? error.refusal.reason : "";
  if (!REFUSALS.has(reason)) return <Failed error={error} />;
  return <Alert role="alert" color="red" variant="light" title={t(`refused.${reason as "ALREADY_TAKEN"}`)} />;
}
