import { Group, SimpleGrid, Text } from "@mantine/core";
import type { UseQueryResult } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";

import { useFormats } from "../app/dates";
import { Failed } from "../app/States";
import classes from "./desk.module.css";
import { useDesk } from "./DeskProvider";
import { useEither, useLabel } from "./labels";
import { Panel } from "./Panel";
import { pathOf } from "./reasonTree";
import { useClient, useEnquiry, useHistory, useOpenCases, useScript } from "./useContact";
import { useName } from "./useName";
import type { Earlier } from "./wire";

/** Why there is nothing to see: none is not the same as not read yet, or not readable. */
function Nothing({ read, none }: { read: UseQueryResult<unknown>; none: string }) {
  const { t } = useTranslation("desk");
  const { contactId } = useDesk();
  const failed = read.error ?? read.failureReason;
  if (contactId && failed) return <Failed error={failed} again={() => void read.refetch()} />;
  return (
    <Text size="sm" c="dimmed">
      {contactId ? (read.data === undefined ? t("lookingUp") : none) : t("noContact")}
    </Text>
  );
}

/** What to say at first. */
export function ScriptPanel() {
  const { t } = useTranslation("desk");
  const read = useScript();
  const either = useEither();
  const script = read.data?.script;
  return (
    <Panel name={t("script")}>
      {script ? (
        <>
          <Text size="lg" fw={600} className={classes["prose"] ?? ""}>
            {either(script.greetingJa, script.greetingEn)}
          </Text>
          <Text size="sm" mt="xs" className={classes["prose"] ?? ""}>
            {either(script.bodyJa, script.bodyEn)}
          </Text>
        </>
      ) : (
        <Nothing read={read} none={t("noScript")} />
      )}
    </Panel>
  );
}

/** What is known of the caller: digits given, earlier contacts, what is open. */
export function Caller() {
  const { t } = useTranslation("desk");
  const enquiry = useEnquiry();
  const client = useClient();
  const history = useHistory();
  const cases = useOpenCases(client?.clientId ?? "");
  const { dateTime } = useFormats();
  const { escalations, messages } = cases.data ?? { escalations: [], messages: [] };
  return (
    <SimpleGrid cols={{ base: 1, lg: 2 }} spacing="sm">
      <Panel name={t("history")}>
        {enquiry && enquiry.given.length > 0 ? (
          <Text size="sm" mb="xs">
            {t("given")}: {enquiry.given.map((given) => `${given.key} ${given.value}`).join(" · ")}
          </Text>
        ) : undefined}
        <ul className={classes["plain"]}>
          {(history.data ?? []).map((earlier) => (
            <EarlierRow key={earlier.contactId} earlier={earlier} />
          ))}
        </ul>
        {history.data?.length ? undefined : <Nothing read={history} none={t("noHistory")} />}
      </Panel>
      <Panel name={t("cases")}>
        <ul className={classes["plain"]}>
          {escalations.map((each) => (
            <li key={each.escalationId}>
              <Text size="sm" className={classes["prose"] ?? ""}>
                {each.overdue ? <strong>{t("overdue")} </strong> : undefined}
                {each.words.at(-1)?.words ?? ""}
              </Text>
              <Text size="xs" c="dimmed">
                {each.raisedAt ? dateTime(each.raisedAt) : ""}
              </Text>
            </li>
          ))}
          {messages.map((each) => (
            <li key={each.messageId}>
              <Text size="sm" className={classes["prose"] ?? ""}>
                {each.matter}
              </Text>
              <Text size="xs" c="dimmed">
                {each.takenAt ? dateTime(each.takenAt) : ""}
              </Text>
            </li>
          ))}
        </ul>
        {escalations.length + messages.length === 0 ? <Nothing read={cases} none={t("noCases")} /> : undefined}
      </Panel>
    </SimpleGrid>
  );
}

/** One earlier contact: when, why, by whom, what was written. */
function EarlierRow({ earlier }: { earlier: Earlier }) {
  const { t } = useTranslation("desk");
  const client = useClient();
  const label = useLabel();
  const name = useName();
  const { dateTime } = useFormats();
  const path = pathOf(client?.reasons ?? [], earlier.reasonId);
  const written = earlier.answers.map((answer) => answer.value).filter(Boolean);
  return (
    <li style={{ marginBottom: 6 }}>
      <Group justify="space-between" wrap="nowrap">
        <Text size="sm" fw={600}>
          {path.length > 0 ? path.map(label).join(" › ") : t("notChosen")}
        </Text>
        <Text size="xs" c="dimmed" style={{ whiteSpace: "nowrap" }}>
          {earlier.at ? dateTime(earlier.at) : ""}
        </Text>
      </Group>
      <Text size="xs" c="dimmed">
        {t(`outcome.${earlier.outcome}`)}
        {earlier.operatorId ? ` · ${name(earlier.operatorId)}` : ""}
      </Text>
      {written.length > 0 ? (
        <Text size="sm" lineClamp={2} className={classes["prose"] ?? ""}>
          {written.join(" / ")}
        </Text>
      ) : undefined}
    </li>
  );
}
