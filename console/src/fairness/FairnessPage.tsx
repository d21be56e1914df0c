import { Group, SegmentedControl, Stack, Text, Title } from "@mantine/core";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { rpc } from "../api/rpc";
import { useFormats } from "../app/dates";
import { Empty, Failed, Loading } from "../app/States";
import type { components } from "../contract/api";
import { Supervisors } from "./Supervisors";
import { TeamSection } from "./TeamSection";

const WINDOWS = [7, 28, 90] as const;

/** How evenly monitoring is spread, in plots and in figures. */
export function FairnessPage() {
  const { t } = useTranslation("fairness");
  const { date } = useFormats();
  const [windowDays, setWindowDays] = useState<number>(28);
  const query = useQuery({
    queryKey: ["fairness", windowDays],
    placeholderData: keepPreviousData,
    queryFn: () => rpc<components["schemas"]["GetFairnessResponse"]>("MonitoringService/GetFairness", { windowDays }),
  });
  const told = query.data;
  return (
    <Stack maw={1280} mx="auto">
      <Group justify="space-between">
        <Title order={1}>{t("title")}</Title>
        <SegmentedControl
          size="xs"
          aria-label={t("window")}
          value={String(windowDays)}
          onChange={(days) => setWindowDays(Number(days))}
          data={WINDOWS.map((days) => ({ value: String(days), label: t("days", { days }) }))}
        />
      </Group>
      <Text c="dimmed">
        {t("about")} {told?.since && told.until ? t("period", { since: date(told.since), until: date(told.until) }) : ""}
      </Text>
      {query.isError ? <Failed error={query.error} again={() => void query.refetch()} /> : undefined}
      {query.isPending ? <Loading height="40vh" /> : undefined}
      {told?.teams.length === 0 ? <Empty>{t("none")}</Empty> : undefined}
      {told?.teams.map((team) => (
        <TeamSection key={team.teamId} team={team} />
      ))}
      {told && told.supervisors.length > 0 ? <Supervisors supervisors={told.supervisors} /> : undefined}
    </Stack>
  );
}
