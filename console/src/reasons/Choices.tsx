import { Group, Input, NativeSelect, SegmentedControl, TextInput } from "@mantine/core";
import { useTranslation } from "react-i18next";

import type { ClientProfile } from "../people/useClients";
import { daysUntil, isPeriod, type Period } from "./report";

const DAYS = [1, 7, 30] as const;

/** What a report is about. Level 0: every reason for itself. */
export interface Chosen {
  readonly clientId: string;
  readonly period: Period;
  readonly level: 0 | 1 | 2;
}

interface Props {
  readonly clients: readonly ClientProfile[];
  readonly today: string;
  readonly chosen: Chosen;
  readonly onChoose: (chosen: Chosen) => void;
}

/** Client company, period, depth. */
export function Choices({ clients, today, chosen, onChoose }: Props) {
  const { t } = useTranslation("reasons");
  const put = (part: Partial<Chosen>) => onChoose({ ...chosen, ...part });
  const { first, last } = chosen.period;
  const preset = DAYS.find((days) => daysUntil(today, days).first === first && last === today);
  return (
    <Group align="flex-start">
      <NativeSelect label={t("client")} value={chosen.clientId} onChange={(e) => put({ clientId: e.currentTarget.value })} data={clients.map((client) => ({ value: client.clientId, label: client.name }))} />
      <Input.Wrapper label={t("period")} labelElement="div">
        <SegmentedControl
          display="flex"
          aria-label={t("period")}
          value={preset ? String(preset) : ""}
          onChange={(days) => put({ period: daysUntil(today, Number(days)) })}
          data={DAYS.map((days) => ({ value: String(days), label: days === 1 ? t("today") : t("days", { count: days }) }))}
        />
      </Input.Wrapper>
      <TextInput type="date" label={t("first")} max={today} value={first} error={isPeriod(chosen.period) ? undefined : t("wrongPeriod")} onChange={(e) => put({ period: { first: e.currentTarget.value, last } })} />
      <TextInput type="date" label={t("last")} max={today} value={last} onChange={(e) => put({ period: { first, last: e.currentTarget.value } })} />
      <Input.Wrapper label={t("level")} labelElement="div">
        <SegmentedControl
          display="flex"
          aria-label={t("level")}
          value={String(chosen.level)}
          onChange={(level) => put({ level: level === "1" ? 1 : level === "2" ? 2 : 0 })}
          data={[
            { value: "1", label: t("level1") },
            { value: "2", label: t("level2") },
            { value: "0", label: t("levelAll") },
          ]}
        />
      </Input.Wrapper>
    </Group>
  );
}
