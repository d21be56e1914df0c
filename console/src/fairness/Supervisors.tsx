import { Table, Title } from "@mantine/core";
import { useTranslation } from "react-i18next";

import type { components } from "../contract/api";
import { PersonName } from "../people/PersonName";
import { usePeople } from "../people/usePeople";

type Supervisor = components["schemas"]["SupervisorFairness"];

/** How each supervisor spreads their own sessions. */
export function Supervisors({ supervisors }: { supervisors: readonly Supervisor[] }) {
  const { t } = useTranslation("fairness");
  const { person } = usePeople();
  return (
    <section aria-labelledby="supervisors">
      <Title order={2} id="supervisors">
        {t("supervisors")}
      </Title>
      <Table verticalSpacing={4}>
        <Table.Thead>
          <Table.Tr>
            {(["supervisor", "sessions", "reached", "mostOn", "mostShare", "gini", "byChance"] as const).map((heading) => (
              <Table.Th key={heading} scope="col">
                {t(heading)}
              </Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {supervisors.map((each) => (
            <Table.Tr key={each.supervisorId}>
              <Table.Th scope="row">
                <PersonName person={person(each.supervisorId)} />
              </Table.Th>
              <Table.Td>{each.sessions}</Table.Td>
              <Table.Td>
                {each.operatorsReached} / {each.operators}
              </Table.Td>
              <Table.Td>
                <PersonName person={person(each.mostOn)} />
              </Table.Td>
              <Table.Td>{Math.round(each.mostShare * 100)}%</Table.Td>
              <Table.Td>{each.gini.toFixed(2)}</Table.Td>
              <Table.Td>{each.byChance ? `${each.byChance.giniLow.toFixed(2)} – ${each.byChance.giniHigh.toFixed(2)}` : "—"}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </section>
  );
}
