import { Button, Group, Table, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";

import { useFormats } from "../app/dates";
import { PersonName } from "../people/PersonName";
import { useClients } from "../people/useClients";
import { usePeople } from "../people/usePeople";
import type { Recording } from "./search";

/** How a recording stands, in words: never by colour alone. */
function StateOf({ recording }: { recording: Recording }) {
  const { t } = useTranslation("recordings");
  const { date } = useFormats();
  const state = recording.deleted ? "deleted" : recording.held ? "held" : recording.finished ? "kept" : "running";
  return (
    <>
      <Text span size="sm" fw={state === "held" ? 700 : 400}>
        {t(state)}
      </Text>
      {recording.deleteAt && !recording.held ? (
        <Text size="xs" c="dimmed">
          {t("until", { when: date(recording.deleteAt) })}
        </Text>
      ) : undefined}
    </>
  );
}

interface Props {
  readonly recordings: readonly Recording[];
  readonly chosen: string | undefined;
  readonly onChoose: (contactId: string) => void;
}

/** Recordings, newest first. */
export function RecordingList({ recordings, chosen, onChoose }: Props) {
  const { t } = useTranslation("recordings");
  const { dateTime, length } = useFormats();
  const { person } = usePeople();
  const { nameOf, reasonOf } = useClients();
  return (
    <Table.ScrollContainer minWidth={680} scrollAreaProps={{ viewportProps: { tabIndex: 0, role: "region", "aria-label": t("list") } }}>
      <Table verticalSpacing={4} highlightOnHover>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t("started")}</Table.Th>
            <Table.Th>{t("client")}</Table.Th>
            <Table.Th>{t("reason")}</Table.Th>
            <Table.Th>{t("people")}</Table.Th>
            <Table.Th className="number">{t("length")}</Table.Th>
            <Table.Th>{t("state")}</Table.Th>
            <Table.Td />
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {recordings.map((each) => {
            const when = each.startedAt ? dateTime(each.startedAt) : "–";
            const here = each.contactId === chosen;
            return (
              <Table.Tr key={each.recordingId} bg={here ? "var(--mantine-color-default-hover)" : undefined}>
                <Table.Td style={{ whiteSpace: "nowrap" }}>{when}</Table.Td>
                <Table.Td>{nameOf(each.clientId)}</Table.Td>
                <Table.Td>{each.reasonId ? reasonOf(each.clientId, each.reasonId) : "–"}</Table.Td>
                <Table.Td>
                  <Group gap="xs">
                    {each.voicemailQueueId ? <Text size="sm">{t("voicemail")}</Text> : undefined}
                    {each.userIds.map((userId) => (
                      <PersonName key={userId} person={person(userId)} />
                    ))}
                  </Group>
                </Table.Td>
                <Table.Td className="number">{each.finished ? length(each.lengthMs) : "–"}</Table.Td>
                <Table.Td>
                  <StateOf recording={each} />
                </Table.Td>
                <Table.Td>
                  <Button size="xs" variant={here ? "filled" : "default"} aria-pressed={here} aria-label={t("openOf", { when })} onClick={() => onChoose(each.contactId)}>
                    {t("open")}
                  </Button>
                </Table.Td>
              </Table.Tr>
            );
          })}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}
