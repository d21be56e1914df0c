import { Group, SimpleGrid, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";

import { useFormats } from "../app/dates";
import classes from "./desk.module.css";
import { useDesk } from "./DeskProvider";
import { useEither, useLabel } from "./labels";
import { Panel } from "./Panel";
import { pathOf } from "./reasonTree";
import { useClient, useEnquiry, useHistory, useOpenCases, useScript } from "./useContact";
import { useName } from "./useName";
import type { Earlier } from "./wire";

/** What to say at first. */
export function ScriptPanel() {
  const { t } = useTranslation("desk");
  const { contactId } = useDesk();
  const shown = useScript();
  const either = useEither();
  const script = shown?.script;
  return (
    <Panel name={t("script")} className={classes["scriptPlace"]}>
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
        <Text size="sm" c="dimmed">
          {contactId ? t("noScript") : t("noContact")}
        </Text>
      )}
    </Panel>
  );
}

/** What is known of the caller: digits given, earlier contacts, what is open. */
export function Caller() {
  const { t } = useTranslation("desk");
  const { contactId } = useDesk();
  const enquiry = useEnquiry();
  const client = useClient();
  const history = useHistory();
  const cases = useOpenCases(client?.clientId ?? "");
  const { dateTime } = useFormats();
  const nothing = cases.escalations.length + cases.messages.length === 0;
  return (
    <SimpleGrid cols={{ base: 1, lg: 2 }} spacing="sm">
      <Panel name={t("history")}>
        {enquiry && enquiry.given.length > 0 ? (
          <Text size="sm" mb="xs">
            {t("given")}: {enquiry.given.map((given) => `${given.key} ${given.value}`).join(" · ")}
          </Text>
        ) : undefined}
        <ul className={classes["plain"]}>
          {(history ?? []).map((earlier) => (
            <EarlierRow key={earlier.contactId} earlier={earlier} />
          ))}
        </ul>
        {history === undefined || history.length === 0 ? (
          <Text size="sm" c="dimmed">
            {t(contactId ? "noHistory" : "noContact")}
          </Text>
        ) : undefined}
      </Panel>
      <Panel name={t("cases")}>
        <ul className={classes["plain"]}>
          {cases.escalations.map((each) => (
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
          {cases.messages.map((each) => (
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
        {nothing ? (
          <Text size="sm" c="dimmed">
            {t(contactId ? "noCases" : "noContact")}
          </Text>
        ) : undefined}
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
