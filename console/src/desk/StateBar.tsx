import { Anchor, Button, Group, Kbd, Menu, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";

import { ABSENCES, useAwayWords } from "../people/away";
import { useDesk } from "./DeskProvider";
import { Elapsed } from "./Elapsed";
import classes from "./desk.module.css";
import { focusFeedback } from "./FeedbackPanel";
import { Refusal } from "./Refusal";
import { useStates } from "./useStates";

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
          <Anchor component="button" size="sm" fw={600} onClick={focusFeedback}>
            {t("unread", { count: concerns.feedback.length })}
          </Anchor>
        ) : undefined}
      </Group>
      <div className={classes["told"]}>
        <Text role="alert" size="sm" lh={1.2} c="var(--mantine-color-red-text)" fw={600}>
          {stream === "lost" ? t("streamLost") : ""}
        </Text>
        <Refusal />
      </div>
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
            {ABSENCES.map((reason) => (
              <Menu.Item key={reason} onClick={() => set("OPERATOR_STATE_AWAY", reason)}>
                {awayWords(reason)}
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
