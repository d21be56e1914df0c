import { Group, NativeSelect, Stack, Title } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { lazy, useState } from "react";
import { useTranslation } from "react-i18next";

import { OnDemand } from "../app/OnDemand";
import { tell } from "../app/telling";
import { Empty, Failed, Loading } from "../app/States";
import { useClients } from "../people/useClients";
import { useSession } from "../session/SessionProvider";
import { flowOfVersion, rollBack, versionsOf } from "./service";
import { VersionList } from "./VersionList";

// The reader of YAML comes with it.
const FlowEditor = lazy(async () => ({ default: (await import("./FlowEditor")).FlowEditor }));
const MAY_EDIT: ReadonlySet<string> = new Set(["manager", "admin"]);

/** One flow: the version that is shown, and all others. */
function OneFlow({ flowId }: { flowId: string }) {
  const { t } = useTranslation("flows");
  const { user } = useSession();
  const queries = useQueryClient();
  const [version, setVersion] = useState(0);
  const mayEdit = MAY_EDIT.has(user.role);
  const versions = useQuery({ queryKey: ["flow", flowId, "versions"], queryFn: () => versionsOf(flowId) });
  const live = useQuery({ queryKey: ["flow", flowId, 0], queryFn: () => flowOfVersion(flowId, 0) });
  const shown = useQuery({ queryKey: ["flow", flowId, version], queryFn: () => flowOfVersion(flowId, version) });
  const back = useMutation({
    mutationFn: (to: number) => rollBack(flowId, to),
    onSuccess: async (_, to) => {
      setVersion(0);
      await queries.invalidateQueries({ queryKey: ["flow", flowId] });
      void tell({ message: t("rolledBack", { version: to }) });
    },
  });
  const failed = versions.error ?? live.error ?? shown.error;
  if (failed) return <Failed error={failed} again={() => void queries.refetchQueries({ queryKey: ["flow", flowId] })} />;
  if (!versions.data || !live.data || !shown.data) return <Loading height="60vh" />;
  return (
    <Stack>
      <OnDemand fallback={<Loading height="60vh" />}>
        <FlowEditor key={`${shown.data.version} ${shown.data.liveVersion}`} shown={shown.data} live={live.data} mayEdit={mayEdit} onPublished={() => setVersion(0)} />
      </OnDemand>
      {back.isError ? <Failed error={back.error} /> : undefined}
      <VersionList versions={versions.data} shown={shown.data.version} mayRollBack={mayEdit} running={back.isPending} onShow={setVersion} onRollBack={(to) => back.mutate(to)} />
    </Stack>
  );
}

/** What callers go through, per client company and number. */
export function FlowsPage() {
  const { t } = useTranslation("flows");
  const { query, clients } = useClients();
  const [clientId, setClientId] = useState("");
  const [flowId, setFlowId] = useState("");
  if (query.isPending) return <Loading height="60vh" />;
  if (query.isError) return <Failed error={query.error} again={() => void query.refetch()} />;
  const client = clients.find((each) => each.clientId === clientId) ?? clients[0];
  if (!client) return <Empty>{t("noClient")}</Empty>;
  const flows = [...new Set(client.numbers.map((number) => number.flowId))].map((id) => ({
    value: id,
    label: `${client.numbers.filter((number) => number.flowId === id).map((number) => number.number).join(", ")} · ${id.replace(/^flw_/, "")}`,
  }));
  const chosen = flows.find((flow) => flow.value === flowId)?.value ?? flows[0]?.value;
  return (
    <Stack>
      <Group align="flex-end" gap="xl">
        <Title order={1}>{t("title")}</Title>
        <NativeSelect label={t("client")} value={client.clientId} onChange={(e) => setClientId(e.currentTarget.value)} data={clients.map((each) => ({ value: each.clientId, label: each.name }))} />
        <NativeSelect label={t("flow")} disabled={flows.length === 0} value={chosen ?? ""} onChange={(e) => setFlowId(e.currentTarget.value)} data={flows} />
      </Group>
      {chosen ? <OneFlow key={chosen} flowId={chosen} /> : <Empty>{t("noFlow")}</Empty>}
    </Stack>
  );
}
