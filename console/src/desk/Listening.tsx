import { Button, Group, Paper, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";

import { useFormats } from "../app/dates";
import { PersonName } from "../people/PersonName";
import { usePeople } from "../people/usePeople";
import classes from "./desk.module.css";
import { useDesk } from "./DeskProvider";
import { Elapsed, Remaining } from "./Elapsed";
import { Panel } from "./Panel";
import { useName } from "./useName";
import type { Consent } from "./wire";

/** Who asks whether they may hear the operator, then who does, how and why; always in the same place. */
export function Listening() {
  const { t } = useTranslation("desk");
  const { concerns } = useDesk();
  const { person } = usePeople();
  return (
    <Panel name={t("listening")} className={classes["listenPlace"]}>
      {concerns.consents.map((consent) => (
        <Question key={consent.supervisionId} consent={consent} />
      ))}
      <ul className={classes["plain"]} aria-live="polite">
        {concerns.listeners.map((listener) => (
          <li key={listener.supervisionId}>
            <Group justify="space-between" wrap="nowrap" align="flex-start">
              <div>
                <Text fw={700}>
                  ◉ <PersonName person={person(listener.supervisorId)} />
                </Text>
                <Text size="sm">{t(`mode.${listener.mode}`)}</Text>
                <Text size="sm">{[t(`purpose.${listener.purpose}`), listener.following ? t("following") : ""].filter(Boolean).join(" · ")}</Text>
              </div>
              <Text size="sm">
                <Elapsed since={listener.since} />
              </Text>
            </Group>
          </li>
        ))}
      </ul>
      {concerns.listeners.length === 0 ? (
        <Text size="sm" c="dimmed">
          {t("nobodyListens")}
        </Text>
      ) : undefined}
    </Panel>
  );
}

/** Asks for consent; silence is none. */
function Question({ consent }: { consent: Consent }) {
  const { t } = useTranslation("desk");
  const { ask, busy } = useDesk();
  const name = useName();
  const answer = (given: "ACCEPTED" | "LATER" | "DECLINED") =>
    void ask("MonitoringService/AnswerConsent", { supervisionId: consent.supervisionId, answer: `CONSENT_ANSWER_${given}` });
  const waits = busy.has("MonitoringService/AnswerConsent");
  return (
    <Paper withBorder p="xs" mb="xs" role="alertdialog" aria-label={t("consent", { name: name(consent.supervisorId) })}>
      <Text size="sm" fw={700} role="alert">
        {t("consent", { name: name(consent.supervisorId) })}
      </Text>
      <Text size="sm">
        {t(`mode.${consent.mode}`)} · {t(`purpose.${consent.purpose}`)} · {t("consentLeft")} <Remaining until={consent.answerBy} />
      </Text>
      {consent.note ? (
        <Text size="sm" className={classes["prose"] ?? ""}>
          「{consent.note}」
        </Text>
      ) : undefined}
      <Group gap={6} mt={6} wrap="nowrap">
        <Button size="xs" disabled={waits} onClick={() => answer("ACCEPTED")}>
          {t("accept")}
        </Button>
        <Button size="xs" variant="default" disabled={waits} onClick={() => answer("LATER")}>
          {t("later")}
        </Button>
        <Button size="xs" variant="default" disabled={waits} onClick={() => answer("DECLINED")}>
          {t("declineConsent")}
        </Button>
      </Group>
      <Text size="xs" c="dimmed" mt={4}>
        {t("consentSilence")}
      </Text>
    </Paper>
  );
}

/** What supervisors wrote, the newest first. */
export function Whispers() {
  const { t } = useTranslation("desk");
  const { concerns } = useDesk();
  const { time } = useFormats();
  const name = useName();
  return (
    <Panel name={t("whispers")}>
      <div className={classes["textPlace"]} role="log" aria-label={t("whispers")} tabIndex={0}>
        {concerns.texts.length === 0 ? (
          <Text size="sm" c="dimmed">
            {t("noWhispers")}
          </Text>
        ) : undefined}
        {concerns.texts.toReversed().map((text) => (
          <div key={text.textId}>
            <Text size="xs" c="dimmed">
              {name(text.supervisorId)} {text.at ? time(text.at) : ""}
            </Text>
            <Text fw={600} className={classes["prose"] ?? ""}>
              {text.text}
            </Text>
          </div>
        ))}
      </div>
    </Panel>
  );
}
