import { Button, Kbd, SimpleGrid, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";

import { useLabel } from "./labels";
import { Panel } from "./Panel";
import { hasDeeper, pathOf } from "./reasonTree";
import { useClient, useEnquiry } from "./useContact";
import type { Reasons } from "./useReasons";

/** Why the customer called, in two keys at most where the tree has two levels. */
export function ReasonPicker({ reasons }: { reasons: Reasons }) {
  const { t } = useTranslation("desk");
  const client = useClient();
  const enquiry = useEnquiry();
  const label = useLabel();
  const all = client?.reasons ?? [];
  const words = (reasonId: string) => pathOf(all, reasonId).map(label).join(" › ") || t("notChosen");
  const stated = enquiry?.statedReasonId ?? "";
  return (
    <Panel
      name={t("reason")}
      aside={
        <Button size="compact-xs" variant="default" disabled={reasons.level.parent === ""} onClick={reasons.up} rightSection={<Kbd size="xs">0</Kbd>}>
          {t("up")}
        </Button>
      }
    >
      <Text size="sm" role="status">
        {t("confirmed")}: <strong>{words(reasons.chosen)}</strong>
      </Text>
      <Text size="xs" c="dimmed" mih={18}>
        {stated ? `${t("stated")}: ${words(stated)}` : t("reasonHint")}
      </Text>
      <SimpleGrid cols={2} spacing={6} verticalSpacing={6} mt={6} mih={120} style={{ alignContent: "start" }} role="group" aria-label={t("reason")}>
        {reasons.level.reasons.map((reason, at) => (
          <Button
            key={reason.reasonId}
            size="xs"
            h="auto"
            mih={34}
            py={4}
            px={8}
            justify="flex-start"
            variant={reason.reasonId === reasons.chosen ? "filled" : "default"}
            aria-pressed={reason.reasonId === reasons.chosen}
            disabled={!reasons.choosable}
            onClick={() => reasons.choose(at + 1)}
            leftSection={at < 9 ? <Kbd size="xs">{at + 1}</Kbd> : undefined}
            styles={{ label: { whiteSpace: "normal", textAlign: "start" } }}
          >
            {label(reason)}
            {hasDeeper(all, reason.reasonId) ? " ›" : ""}
          </Button>
        ))}
      </SimpleGrid>
    </Panel>
  );
}
