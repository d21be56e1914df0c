import { Stack, Table, Text, Title } from "@mantine/core";
import { useTranslation } from "react-i18next";

import { useFormats } from "../app/dates";
import type { Matrix } from "./report";

/** How often a stated reason was confirmed as which. */
export function StatedAgainstConfirmed({ matrix, labelOf }: { matrix: Matrix; labelOf: (reasonId: string) => string }) {
  const { t } = useTranslation("reasons");
  const { number, percent } = useFormats();
  return (
    <Stack gap="xs" component="section" aria-labelledby="matrix">
      <Title order={2} id="matrix">
        {t("matrix")}
      </Title>
      <Text size="sm" c="dimmed">
        {t("matrixHint")} {matrix.agreed === undefined ? "" : t("agreed", { share: percent(matrix.agreed) })}
      </Text>
      <Table.ScrollContainer minWidth={480} scrollAreaProps={{ viewportProps: { tabIndex: 0, role: "region", "aria-label": t("matrix") } }}>
        <Table withTableBorder withColumnBorders w="auto">
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{t("stated")}</Table.Th>
              {matrix.confirmed.map((id) => (
                <Table.Th key={id} className="number">
                  {id ? labelOf(id) : t("noneConfirmed")}
                </Table.Th>
              ))}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {matrix.stated.map((stated) => (
              <Table.Tr key={stated}>
                <Table.Th scope="row">{stated ? labelOf(stated) : t("noneStated")}</Table.Th>
                {matrix.confirmed.map((confirmed) => {
                  const contacts = matrix.contacts(stated, confirmed);
                  const same = stated !== "" && stated === confirmed;
                  return (
                    <Table.Td key={confirmed} className="number" bg={same ? "var(--mantine-color-default-hover)" : undefined} fw={same ? 700 : 400}>
                      {contacts > 0 ? `${same ? "✓ " : ""}${number(contacts)}` : "–"}
                    </Table.Td>
                  );
                })}
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
    </Stack>
  );
}
