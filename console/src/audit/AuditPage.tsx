import { Alert, Group, NativeSelect, Progress, Stack, Text, TextInput, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { beginOfDay, dayOf, useFormats } from "../app/dates";
import { Empty, Failed } from "../app/States";
import { usePeople } from "../people/usePeople";
import type { Person } from "../session/session";
import { AuditTable } from "./AuditTable";
import { auditOf } from "./ledgers";

const DAY_MS = 86_400_000;
const LISTENERS: ReadonlySet<string> = new Set(["supervisor", "manager"]);

/** For auditors and those who lead: every supervision of every operator in a period. */
export function AuditPage() {
  const { t, i18n } = useTranslation("audit");
  const { length } = useFormats();
  const { byId, person } = usePeople();
  const [today] = useState(() => dayOf(new Date()));
  const [first, setFirst] = useState(() => dayOf(new Date(Date.now() - 6 * DAY_MS)));
  const [last, setLast] = useState(today);
  const [operatorId, setOperatorId] = useState("");
  const [supervisorId, setSupervisorId] = useState("");
  const [done, setDone] = useState(0);
  const name = (each: Person) => (i18n.language === "en" && each.nameEn ? each.nameEn : each.name);
  const people = [...byId.values()];
  const operators = people.filter((each) => each.role === "operator");
  const wanted = operatorId ? [operatorId] : operators.map((each) => each.userId);
  const fits = first !== "" && last !== "" && first <= last;
  const audit = useQuery({
    queryKey: ["audit", first, last, wanted],
    enabled: fits && wanted.length > 0,
    queryFn: () => {
      setDone(0);
      return auditOf(wanted, { since: beginOfDay(first).toISOString(), until: new Date(beginOfDay(last).getTime() + DAY_MS).toISOString() }, setDone);
    },
  });
  const entries = (audit.data?.entries ?? []).filter((entry) => !supervisorId || entry.supervisorId === supervisorId);
  const choices = (of: readonly Person[]) => [{ value: "", label: t("anybody") }, ...of.map((each) => ({ value: each.userId, label: name(each) }))];
  return (
    <Stack>
      <div>
        <Title order={1}>{t("title")}</Title>
        <Text size="sm" c="dimmed">
          {t("hint")}
        </Text>
      </div>
      <Group align="flex-start">
        <TextInput type="date" label={t("first")} max={today} value={first} error={fits ? undefined : t("wrongPeriod")} onChange={(e) => setFirst(e.currentTarget.value)} />
        <TextInput type="date" label={t("last")} max={today} value={last} onChange={(e) => setLast(e.currentTarget.value)} />
        <NativeSelect label={t("operator")} value={operatorId} onChange={(e) => setOperatorId(e.currentTarget.value)} data={choices(operators)} />
        <NativeSelect label={t("supervisor")} value={supervisorId} onChange={(e) => setSupervisorId(e.currentTarget.value)} data={choices(people.filter((each) => LISTENERS.has(each.role)))} />
      </Group>
      {audit.isFetching ? (
        <Stack gap={4}>
          <Text size="sm">{t("reading", { done, total: wanted.length })}</Text>
          <Progress value={(100 * done) / Math.max(1, wanted.length)} aria-label={t("title")} />
        </Stack>
      ) : undefined}
      {audit.isError ? <Failed error={audit.error} again={() => void audit.refetch()} /> : undefined}
      {audit.data?.cut.map((id) => (
        <Alert key={id} color="orange" variant="light" title={t("more", { name: name(person(id)) })} />
      ))}
      {!audit.data ? undefined : entries.length === 0 ? (
        <Empty>{t("none")}</Empty>
      ) : (
        <>
          <Text size="sm" role="status">
            {t("sum", { count: entries.length, length: length(entries.reduce((sum, entry) => sum + Number(entry.heardMs), 0)) })}
          </Text>
          <AuditTable entries={entries} />
        </>
      )}
    </Stack>
  );
}
