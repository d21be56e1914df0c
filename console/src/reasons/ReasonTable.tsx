import { Table } from "@mantine/core";
import { useTranslation } from "react-i18next";

import { useFormats } from "../app/dates";
import type { ReasonRow } from "./report";

/** Every reason's figures. */
export function ReasonTable({ rows, nameOf }: { rows: readonly ReasonRow[]; nameOf: (row: ReasonRow) => string }) {
  const { t } = useTranslation("reasons");
  const { length, number, percent } = useFormats();
  return (
    <Table.ScrollContainer minWidth={640} scrollAreaProps={{ viewportProps: { tabIndex: 0, role: "region", "aria-label": t("pareto") } }}>
      <Table striped verticalSpacing={4}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t("reason")}</Table.Th>
            <Table.Th className="number">{t("count")}</Table.Th>
            <Table.Th className="number">{t("handled")}</Table.Th>
            <Table.Th className="number">{t("workload")}</Table.Th>
            <Table.Th className="number">{t("handleTime")}</Table.Th>
            <Table.Th className="number">{t("cumulative")}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {rows.map((row) => (
            <Table.Tr key={row.reasonId}>
              <Table.Th scope="row" fw={500}>
                {nameOf(row)}
              </Table.Th>
              <Table.Td className="number">{number(row.contacts)}</Table.Td>
              <Table.Td className="number">{number(row.handled)}</Table.Td>
              <Table.Td className="number">{length(Number(row.workloadMs))}</Table.Td>
              <Table.Td className="number">{length(Number(row.handleMsMean))}</Table.Td>
              <Table.Td className="number">{percent(row.cumulativeShare)}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}
