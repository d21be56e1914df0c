import { Button, Group, Modal, Stack, Table, Text, Title } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { useFormats } from "../app/dates";
import { PersonName } from "../people/PersonName";
import { usePeople } from "../people/usePeople";
import type { Versions } from "./service";

interface Props {
  readonly versions: Versions;
  readonly shown: number;
  readonly mayRollBack: boolean;
  readonly running: boolean;
  readonly onShow: (version: number) => void;
  readonly onRollBack: (version: number) => void;
}

/** Every published version: note, author, time; to look at, or to go back to. */
export function VersionList({ versions, shown, mayRollBack, running, onShow, onRollBack }: Props) {
  const { t } = useTranslation("flows");
  const { dateTime } = useFormats();
  const { person } = usePeople();
  const [sure, setSure] = useState<number>();
  return (
    <Stack gap="xs" component="section" aria-labelledby="versions">
      <Title order={2} id="versions">
        {t("versions")}
      </Title>
      <Table.ScrollContainer minWidth={640} scrollAreaProps={{ viewportProps: { tabIndex: 0, role: "region", "aria-label": t("versions") } }}>
        <Table verticalSpacing={4}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{t("ofVersion")}</Table.Th>
              <Table.Th>{t("note")}</Table.Th>
              <Table.Th>{t("by")}</Table.Th>
              <Table.Th>{t("at")}</Table.Th>
              <Table.Th className="number">{t("tested")}</Table.Th>
              <Table.Td />
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {versions.versions.map((each) => {
              const live = each.version === versions.liveVersion;
              return (
                <Table.Tr key={each.version}>
                  <Table.Th scope="row" fw={live ? 700 : 400} style={{ whiteSpace: "nowrap" }}>
                    {t("version", { version: each.version })} {live ? `(${t("live")})` : ""}
                  </Table.Th>
                  <Table.Td>{each.note || "–"}</Table.Td>
                  <Table.Td>{each.publishedBy ? <PersonName person={person(each.publishedBy)} /> : "–"}</Table.Td>
                  <Table.Td>{each.publishedAt ? dateTime(each.publishedAt) : "–"}</Table.Td>
                  <Table.Td className="number">{each.testsPassed}</Table.Td>
                  <Table.Td>
                    <Group gap="xs" justify="flex-end" wrap="nowrap">
                      <Button size="xs" variant="default" aria-pressed={each.version === shown} onClick={() => onShow(each.version)}>
                        {t("show", { version: each.version })}
                      </Button>
                      {mayRollBack && !live ? (
                        <Button size="xs" variant="default" onClick={() => setSure(each.version)}>
                          {t("rollBack", { version: each.version })}
                        </Button>
                      ) : undefined}
                    </Group>
                  </Table.Td>
                </Table.Tr>
              );
            })}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
      {sure === undefined ? undefined : (
        <Modal opened onClose={() => setSure(undefined)} title={t("rollBack", { version: sure })} closeButtonProps={{ "aria-label": t("cancel") }}>
          <Stack>
            <Text>{t("rollBackSure", { version: sure })}</Text>
            <Group justify="flex-end">
              <Button data-autofocus variant="default" onClick={() => setSure(undefined)}>
                {t("cancel")}
              </Button>
              <Button
                loading={running}
                onClick={() => {
                  setSure(undefined);
                  onRollBack(sure);
                }}
              >
                {t("rollBackYes", { version: sure })}
              </Button>
            </Group>
          </Stack>
        </Modal>
      )}
    </Stack>
  );
}
