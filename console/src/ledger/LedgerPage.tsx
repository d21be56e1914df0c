import { Select, Stack, Text, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { rpc } from "../api/rpc";
import { useFormats } from "../app/dates";
import { Empty, Failed, Loading } from "../app/States";
import type { components } from "../contract/api";
import { usePeople } from "../people/usePeople";
import { useSession } from "../session/SessionProvider";
import { Entries } from "./Entries";

/** Who heard an operator: their own for operators, anybody's for those who answer for it. */
export function LedgerPage() {
  const { t, i18n } = useTranslation("ledger");
  const { user } = useSession();
  const { byId } = usePeople();
  const own = user.role === "operator";
  const [chosen, setChosen] = useState<string | null>(null);
  const operatorId = own ? user.userId : (chosen ?? "");
  const operators = [...byId.values()].filter((person) => person.role === "operator");
  return (
    <Stack maw={1100} mx="auto">
      <Title order={1}>{t("title")}</Title>
      <Text>{t(own ? "hintOwn" : "hint")}</Text>
      {own ? undefined : (
        <Select
          label={t("operator")}
          searchable
          maw={320}
          value={chosen}
          onChange={setChosen}
          data={operators.map((person) => ({
            value: person.userId,
            label: i18n.language === "en" ? person.nameEn || person.name : person.name,
          }))}
        />
      )}
      {operatorId ? <Ledger operatorId={own ? "" : operatorId} /> : <Empty>{t("choose")}</Empty>}
    </Stack>
  );
}

function Ledger({ operatorId }: { operatorId: string }) {
  const { t } = useTranslation("ledger");
  const { length } = useFormats();
  const { data, error, refetch } = useQuery({
    queryKey: ["ledger", operatorId],
    queryFn: () => rpc<components["schemas"]["GetLedgerResponse"]>("MonitoringService/GetLedger", { operatorId }),
  });
  if (error) return <Failed error={error} again={() => void refetch()} />;
  if (!data) return <Loading />;
  if (data.entries.length === 0) return <Empty>{t("nothing")}</Empty>;
  return (
    <>
      <Text fw={600}>{t("total", { length: length(Number(data.heardMs)) })}</Text>
      <Entries entries={data.entries} />
      {data.more ? <Text size="sm">{t("more")}</Text> : undefined}
    </>
  );
}
