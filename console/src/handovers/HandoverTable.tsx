import { Button, Group, Table, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";

import { useFormats } from "../app/dates";
import { PersonName } from "../people/PersonName";
import { useClients } from "../people/useClients";
import { usePeople } from "../people/usePeople";
import type { Deed } from "./service";
import { ageInParts, ageOf, type Handover, type Standing, standingOf } from "./standing";

interface Props {
  readonly rows: readonly Handover[];
  readonly now: number;
  readonly busy: boolean;
  readonly onDo: (deed: Deed, handoverId: string) => void;
}

/** A sign beside the word: the colour only repeats them. */
const SIGNS: Readonly<Record<Standing, string>> = { overdue: "⚠", ending: "⏳", open: "○", taken: "●" };
const WORDS = { overflowWrap: "anywhere", whiteSpace: "pre-wrap" } as const;

/** Open handovers: how they stand, since when, who has them. */
export function HandoverTable({ rows, now, busy, onDo }: Props) {
  const { t } = useTranslation("handovers");
  return (
    <Table.ScrollContainer minWidth={900} scrollAreaProps={{ viewportProps: { tabIndex: 0, role: "region", "aria-label": t("title") } }}>
      <Table verticalSpacing={6} style={{ verticalAlign: "top" }}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t("state")}</Table.Th>
            <Table.Th className="number">{t("age")}</Table.Th>
            <Table.Th>{t("gist")}</Table.Th>
            <Table.Th>{t("client")}</Table.Th>
            <Table.Th>{t("written")}</Table.Th>
            <Table.Th>{t("takenBy")}</Table.Th>
            <Table.Th>{t("until")}</Table.Th>
            <Table.Td />
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {rows.map((each) => (
            <Row key={each.handoverId} handover={each} now={now} busy={busy} onDo={onDo} />
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}

function Row({ handover, now, busy, onDo }: Omit<Props, "rows"> & { readonly handover: Handover }) {
  const { t } = useTranslation("handovers");
  const { dateTime } = useFormats();
  const { person } = usePeople();
  const { nameOf } = useClients();
  const { handoverId, gist, detail, takenBy, userId, clientId, expiresAt } = handover;
  const standing = standingOf(handover, now);
  const overdue = standing === "overdue";
  const age = ageInParts(ageOf(handover, now));
  const said = gist || t("unreadable");
  return (
    <Table.Tr>
      <Table.Td style={{ whiteSpace: "nowrap" }}>
        <Text span size="sm" fw={overdue ? 800 : 400} {...(overdue ? { c: "var(--mantine-color-red-text)" } : {})}>
          <span aria-hidden>{SIGNS[standing]} </span>
          {t(`standing.${standing}`)}
        </Text>
      </Table.Td>
      <Table.Td className="number" style={{ whiteSpace: "nowrap" }}>
        {t(age.days > 0 ? "ageDays" : age.hours > 0 ? "ageHours" : "ageMinutes", age)}
      </Table.Td>
      <Table.Th scope="row" fw={500} style={WORDS}>
        {said}
        {detail ? (
          <details>
            <summary>{t("detail")}</summary>
            <Text size="sm" style={WORDS}>
              {detail}
            </Text>
          </details>
        ) : undefined}
      </Table.Th>
      <Table.Td>{nameOf(clientId)}</Table.Td>
      <Table.Td>
        <PersonName person={person(userId)} />
      </Table.Td>
      <Table.Td>{takenBy ? <PersonName person={person(takenBy)} /> : t("nobody")}</Table.Td>
      <Table.Td style={{ whiteSpace: "nowrap" }}>{expiresAt ? dateTime(expiresAt) : "–"}</Table.Td>
      <Table.Td>
        <Group gap={4} wrap="nowrap" justify="flex-end">
          {takenBy ? undefined : (
            <Button size="xs" variant="default" disabled={busy} aria-label={`${t("take")}: ${said}`} onClick={() => onDo("take", handoverId)}>
              {t("take")}
            </Button>
          )}
          <Button size="xs" variant="default" disabled={busy} aria-label={`${t("close")}: ${said}`} onClick={() => onDo("close", handoverId)}>
            {t("close")}
          </Button>
        </Group>
      </Table.Td>
    </Table.Tr>
  );
}
