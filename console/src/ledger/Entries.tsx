import { Table, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";

import { useFormats } from "../app/dates";
import type { components } from "../contract/api";
import { PersonName } from "../people/PersonName";
import { usePeople } from "../people/usePeople";

type Entry = components["schemas"]["LedgerEntry"];

/** The ledger's rows, the newest first. */
export function Entries({ entries }: { entries: readonly Entry[] }) {
  const { t } = useTranslation("ledger");
  const { person } = usePeople();
  const { dateTime, length } = useFormats();
  return (
    <Table.ScrollContainer minWidth={720}>
      <Table verticalSpacing="xs">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t("when")}</Table.Th>
            <Table.Th>{t("who")}</Table.Th>
            <Table.Th>{t("why")}</Table.Th>
            <Table.Th>{t("how")}</Table.Th>
            <Table.Th className="number">{t("heard")}</Table.Th>
            <Table.Th>{t("consent")}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {entries.map((entry) => (
            <Table.Tr key={`${entry.supervisionId} ${entry.contactId}`}>
              <Table.Td style={{ whiteSpace: "nowrap" }}>{entry.begunAt ? dateTime(entry.begunAt) : ""}</Table.Td>
              <Table.Td>
                <PersonName person={person(entry.supervisorId)} />
              </Table.Td>
              <Table.Td>{t(`purpose.${entry.purpose}`)}</Table.Td>
              <Table.Td>
                {entry.stretches.length > 0 ? entry.stretches.map((stretch) => t(`mode.${stretch.mode}`)).join(" → ") : t("notHeard")}
                {entry.endedAs === "SUPERVISION_END_REASON_UNSPECIFIED" && entry.stretches.length > 0 ? (
                  <Text span fw={700} size="sm">
                    {" "}
                    ◉ {t("goesOn")}
                  </Text>
                ) : undefined}
              </Table.Td>
              <Table.Td className="number">{length(Number(entry.heardMs))}</Table.Td>
              <Table.Td>{entry.consent ? t(`answer.${entry.consent}`) : t("notAsked")}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}
