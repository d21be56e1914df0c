import { Button, Group, Kbd, Menu, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";

import { useDesk } from "./DeskProvider";
import { Elapsed } from "./Elapsed";
import type { texts } from "./texts";
import { useStates } from "./useStates";

type AwayReason = keyof (typeof texts)["en"]["awayReasons"];

/** What an operator may say of an absence. */
export const AWAY_REASONS = ["break", "lunch", "briefing", "training", "paperwork", "other"] as const satisfies readonly AwayReason[];
const TOLD: readonly string[] = [...AWAY_REASONS, "missed", "refused", "unreachable", "failed"];

/** The words for an absence: those of the list, or what somebody wrote. */
export function useAwayWords(): (reason: string) => string {
  const { t } = useTranslation("desk");
  return (reason) => (TOLD.includes(reason) ? t(`awayReasons.${reason as AwayReason}`) : reason);
}

/** The operator's own state, since when, and how to change it. */
export function StateBar({ onList }: { onList: () => void }) {
  const { t } = useTranslation("desk");
  const { state, stream, concerns } = useDesk();
  const { set, settable } = useStates();
  const awayWords = useAwayWords();
  const present = state?.state ?? "OPERATOR_STATE_UNSPECIFIED";
  return (
    <Group justify="space-between" wrap="wrap">
      <Group gap="md" role="status" aria-live="polite" miw={320}>
        <Text fw={700} size="lg">
          {t(`state.${present}`)}
        </Text>
        {present === "OPERATOR_STATE_AWAY" && state?.reason ? <Text>{awayWords(state.reason)}</Text> : undefined}
        <Text span size="lg" aria-live="off">
          <Elapsed since={state?.since} />
        </Text>
        {concerns.feedback.length > 0 ? (
          <Text size="sm" fw={600}>
            {t("unread", { count: concerns.feedback.length })}
          </Text>
        ) : undefined}
      </Group>
      <Text role="alert" size="sm" c="var(--mantine-color-red-text)" fw={600}>
        {stream === "lost" ? t("streamLost") : ""}
      </Text>
      <Group gap="xs" role="group" aria-label={t("setState")}>
        <Button
          variant={present === "OPERATOR_STATE_READY" ? "filled" : "default"}
          aria-pressed={present === "OPERATOR_STATE_READY"}
          disabled={!settable}
          onClick={() => set("OPERATOR_STATE_READY")}
          rightSection={<Kbd size="xs">D</Kbd>}
        >
          {t("ready")}
        </Button>
        <Menu position="bottom-end" shadow="md">
          <Menu.Target>
            <Button
              data-shortcut="away"
              variant={present === "OPERATOR_STATE_AWAY" ? "filled" : "default"}
              disabled={!settable}
              rightSection={<Kbd size="xs">W</Kbd>}
            >
              {t("away")} ▾
            </Button>
          </Menu.Target>
          <Menu.Dropdown aria-label={t("awayReason")}>
            {AWAY_REASONS.map((reason) => (
              <Menu.Item key={reason} onClick={() => set("OPERATOR_STATE_AWAY", reason)}>
                {t(`awayReasons.${reason}`)}
              </Menu.Item>
            ))}
          </Menu.Dropdown>
        </Menu>
        <Button
          variant={present === "OPERATOR_STATE_OFF" ? "filled" : "default"}
          aria-pressed={present === "OPERATOR_STATE_OFF"}
          disabled={!settable}
          onClick={() => set("OPERATOR_STATE_OFF")}
        >
          {t("off")}
        </Button>
        <Button variant="subtle" onClick={onList} rightSection={<Kbd size="xs">?</Kbd>}>
          {t("shortcuts")}
        </Button>
      </Group>
    </Group>
  );
}
