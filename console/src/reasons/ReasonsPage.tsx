import { Group, Paper, Stack, Text, Title } from "@mantine/core";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { lazy, useCallback, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";

import { rpc } from "../api/rpc";
import { dayOf } from "../app/dates";
import { OnDemand } from "../app/OnDemand";
import { Empty, Failed, Loading } from "../app/States";
import { useClients } from "../people/useClients";
import { Choices, type Chosen } from "./Choices";
import { ReasonTable } from "./ReasonTable";
import { daysUntil, instantsOf, isPeriod, matrixOf, type ReasonRow, type Report } from "./report";
import { StatedAgainstConfirmed } from "./StatedAgainstConfirmed";

const ParetoChart = lazy(async () => ({ default: (await import("./ParetoChart")).ParetoChart }));

function Figures({ report, clientId }: { report: Report; clientId: string }) {
  const { t, i18n } = useTranslation("reasons");
  const { reasonOf } = useClients();
  const ja = i18n.language === "ja";
  const nameOf = useCallback((row: ReasonRow) => (ja ? row.labelJa : row.labelEn) || row.reasonId || t("unknown"), [ja, t]);
  const matrix = useMemo(() => matrixOf(report.pairs, report.rows.map((row) => row.reasonId)), [report]);
  const labelOf = (id: string) => {
    const row = report.rows.find((each) => each.reasonId === id);
    return row ? nameOf(row) : reasonOf(clientId, id);
  };
  return (
    <>
      <Stack gap="xs" component="section" aria-labelledby="pareto">
        <Group justify="space-between">
          <Title order={2} id="pareto">
            {t("pareto")}
          </Title>
          <Text c="dimmed">{t("contacts", { count: report.contacts })}</Text>
        </Group>
        <Paper withBorder p="xs">
          <OnDemand fallback={<Loading height={320} />}>
            <ParetoChart rows={report.rows} nameOf={nameOf} />
          </OnDemand>
        </Paper>
        <ReasonTable rows={report.rows} nameOf={nameOf} />
      </Stack>
      <StatedAgainstConfirmed matrix={matrix} labelOf={labelOf} />
    </>
  );
}

/** Why customers call: what costs most, and how well what they stated fits. */
export function ReasonsPage() {
  const { t } = useTranslation("reasons");
  const { query, clients } = useClients();
  const [today] = useState(() => dayOf(new Date()));
  const [wanted, setWanted] = useState<Chosen>({ clientId: "", period: daysUntil(today, 7), level: 0 });
  const chosen = { ...wanted, clientId: wanted.clientId || (clients[0]?.clientId ?? "") };
  const { clientId, level } = chosen;
  const asked = { clientId, level, ...(isPeriod(chosen.period) ? instantsOf(chosen.period) : {}) };
  const report = useQuery({
    queryKey: ["reasons", asked],
    enabled: clientId !== "" && isPeriod(chosen.period),
    placeholderData: keepPreviousData,
    queryFn: () => rpc<Report>("CallreasonService/GetReasonReport", asked),
  });
  if (query.isPending) return <Loading height="60vh" />;
  return (
    <Stack>
      <Title order={1}>{t("title")}</Title>
      {query.isError ? (
        <Failed error={query.error} again={() => void query.refetch()} />
      ) : clients.length === 0 ? (
        <Empty>{t("noClient")}</Empty>
      ) : (
        <>
          <Choices clients={clients} today={today} chosen={chosen} onChoose={setWanted} />
          {report.isError ? (
            <Failed error={report.error} again={() => void report.refetch()} />
          ) : !report.data ? (
            <Loading height={400} />
          ) : report.data.contacts === 0 ? (
            <Empty>{t("none")}</Empty>
          ) : (
            <Figures report={report.data} clientId={clientId} />
          )}
        </>
      )}
    </Stack>
  );
}
