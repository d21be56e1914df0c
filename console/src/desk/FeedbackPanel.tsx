import { Button, Group, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";

import { useFormats } from "../app/dates";
import classes from "./desk.module.css";
import { useDesk } from "./DeskProvider";
import { Panel } from "./Panel";
import { useName } from "./useName";

const ID = "desk-feedback";

/** Goes to the feedback, wherever it stands. */
export const focusFeedback = (): void => document.getElementById(ID)?.focus();

/** What supervisors told the operator about earlier calls; to be read before the next one. */
export function FeedbackPanel() {
  const { t } = useTranslation("desk");
  const { concerns, ask, busy } = useDesk();
  const { length, dateTime } = useFormats();
  const name = useName();
  return (
    <Panel name={t("feedback")} aside={<Text size="xs" c="dimmed">{t("feedbackHint")}</Text>}>
      {concerns.feedback.length === 0 ? (
        <Text size="sm" c="dimmed">
          {t("noFeedback")}
        </Text>
      ) : undefined}
      <ul id={ID} tabIndex={-1} className={classes["plain"]}>
        {concerns.feedback.map((each) => (
          <li key={each.feedbackId}>
            <Group justify="space-between" wrap="nowrap" align="flex-start" mb="xs">
              <div>
                <Text size="sm" fw={700}>
                  {t(each.kind === "FEEDBACK_KIND_PRAISE" ? "praise" : "improve")}
                </Text>
                <Text className={classes["prose"] ?? ""}>{each.text}</Text>
                <Text size="xs" c="dimmed">
                  {name(each.supervisorId)} · {each.givenAt ? dateTime(each.givenAt) : ""} · {t("at", { length: length(Number(each.atMs)) })}
                </Text>
              </div>
              <Button
                size="xs"
                variant="default"
                style={{ flexShrink: 0 }}
                disabled={busy.has("MonitoringService/ReadFeedback")}
                onClick={() => void ask("MonitoringService/ReadFeedback", { feedbackId: each.feedbackId })}
              >
                {t("read")}
              </Button>
            </Group>
          </li>
        ))}
      </ul>
    </Panel>
  );
}
