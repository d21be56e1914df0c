import { Anchor, Table } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";

import { useFormats } from "../app/dates";
import { PersonName } from "../people/PersonName";
import { useClients } from "../people/useClients";
import { usePeople } from "../people/usePeople";
import type { Entry } from "./ledgers";

/** Rows that are drawn; the filters narrow what is more. */
const ROWS_MOST = 500;

/** One supervisor on one call a row. */
export function AuditTable({ entries }: { entries: readonly Entry[] }) {
  const { t } = useTranslation("audit");
  const { dateTime, length } = useFormats();
  const { person } = usePeople();
  const { nameOf } = useClients();
  return (
    <Table.ScrollContainer minWidth={980} scrollAreaProps={{ viewportProps: { tabIndex: 0, role: "region", "aria-label": t("title") } }}>
      <Table striped verticalSpacing={4}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t("begun")}</Table.Th>
            <Table.Th>{t("supervisor")}</Table.Th>
            <Table.Th>{t("operator")}</Table.Th>
            <Table.Th>{t("client")}</Table.Th>
            <Table.Th>{t("purpose")}</Table.Th>
            <Table.Th>{t("consent")}</Table.Th>
            <Table.Th>{t("modes")}</Table.Th>
            <Table.Th className="number">{t("heard")}</Table.Th>
            <Table.Th>{t("ended")}</Table.Th>
            <Table.Td />
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {entries.slice(0, ROWS_MOST).map((entry) => {
            const when = entry.begunAt ? dateTime(entry.begunAt) : "–";
            return (
              <Table.Tr key={entry.supervisionId + entry.contactId}>
                <Table.Td style={{ whiteSpace: "nowrap" }}>{when}</Table.Td>
                <Table.Td>
                  <PersonName person={person(entry.supervisorId)} />
                </Table.Td>
                <Table.Td>
                  <PersonName person={person(entry.operatorId)} />
                </Table.Td>
                <Table.Td>{nameOf(entry.clientId)}</Table.Td>
                <Table.Td>{t(`purposes.${entry.purpose}`)}</Table.Td>
                <Table.Td>{t(`consents.${entry.consent ?? "none"}`)}</Table.Td>
                <Table.Td>{[...new Set(entry.stretches.map((stretch) => t(`mode.${stretch.mode}`)))].join(" → ") || "–"}</Table.Td>
                <Table.Td className="number">{length(Number(entry.heardMs))}</Table.Td>
                <Table.Td>{t(`end.${entry.endedAs}`)}</Table.Td>
                <Table.Td>
                  <Anchor size="sm" underline="always" aria-label={t("recordingOf", { when })} renderRoot={(props) => <Link {...props} to="/recordings" search={{ contact: entry.contactId }} />}>
                    {t("recording")}
                  </Anchor>
                </Table.Td>
              </Table.Tr>
            );
          })}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}
