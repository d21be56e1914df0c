import { Button, Checkbox, Group, NativeSelect, Select, TextInput } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";

import { useClients } from "../people/useClients";
import { usePeople } from "../people/usePeople";
import { useSession } from "../session/SessionProvider";
import { ANYTHING, isNumber, type Wanted } from "./search";

const TALKERS: ReadonlySet<string> = new Set(["operator", "supervisor", "manager"]);

/** Person, number, company, reason, period. Nothing of it goes into the address: numbers are personal. */
export function SearchForm({ onFind }: { onFind: (wanted: Wanted) => void }) {
  const { t, i18n } = useTranslation("recordings");
  const { user } = useSession();
  const { byId } = usePeople();
  const { clients, labelOf } = useClients();
  const [wanted, setWanted] = useState(ANYTHING);
  const put = (part: Partial<Wanted>) => setWanted((before) => ({ ...before, ...part }));
  const reasons = clients.find((client) => client.clientId === wanted.clientId)?.reasons ?? [];
  const people = [...byId.values()].filter((person) => TALKERS.has(person.role));
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (isNumber(wanted.callerNumber)) onFind(wanted);
  };
  return (
    <Group component="form" align="flex-start" onSubmit={submit} role="search" aria-label={t("title")} renderRoot={(props) => <form {...props} />}>
      {user.role === "client" ? undefined : (
        <Select
          label={t("who")}
          placeholder={t("anybody")}
          searchable
          clearable
          clearButtonProps={{ "aria-label": t("anybody"), tabIndex: 0 }}
          w={200}
          value={wanted.userId || null}
          onChange={(userId) => put({ userId: userId ?? "" })}
          data={people.map((person) => ({ value: person.userId, label: i18n.language === "en" && person.nameEn ? person.nameEn : `${person.name}${person.furigana ? `（${person.furigana}）` : ""}` }))}
        />
      )}
      <TextInput label={t("caller")} type="tel" w={220} placeholder="03-1234-5678" value={wanted.callerNumber} error={isNumber(wanted.callerNumber) ? undefined : t("callerWrong")} onChange={(e) => put({ callerNumber: e.currentTarget.value })} />
      <NativeSelect label={t("client")} value={wanted.clientId} onChange={(e) => put({ clientId: e.currentTarget.value, reasonId: "" })} data={[{ value: "", label: t("anyClient") }, ...clients.map((client) => ({ value: client.clientId, label: client.name }))]} />
      <NativeSelect label={t("reason")} disabled={reasons.length === 0} value={wanted.reasonId} onChange={(e) => put({ reasonId: e.currentTarget.value })} data={[{ value: "", label: t("anyReason") }, ...reasons.map((reason) => ({ value: reason.reasonId, label: labelOf(reason) }))]} />
      <TextInput type="date" label={t("first")} max={wanted.last || undefined} value={wanted.first} onChange={(e) => put({ first: e.currentTarget.value })} />
      <TextInput type="date" label={t("last")} min={wanted.first || undefined} value={wanted.last} onChange={(e) => put({ last: e.currentTarget.value })} />
      <Checkbox mt={28} label={t("voicemails")} checked={wanted.voicemails} onChange={(e) => put({ voicemails: e.currentTarget.checked })} />
      <Button type="submit" mt={22}>
        {t("find")}
      </Button>
    </Group>
  );
}
