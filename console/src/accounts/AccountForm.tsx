import { Button, Group, Modal, MultiSelect, NativeSelect, PasswordInput, SimpleGrid, Stack, Text, TextInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";

import { Failed } from "../app/States";
import { AccountEntry } from "./AccountEntry";
import { useClients } from "../people/useClients";
import { PASSWORD_LENGTH_LEAST, PASSWORD_LENGTH_MOST, type Role } from "../session/session";
import { useSession } from "../session/SessionProvider";
import { type Account, changeAccount, changesOf, type Draft, draftOf, EMPTY, makeAccount, newOf, ROLES } from "./accounts";

interface Props {
  /** Undefined: a new one. */
  readonly account: Account | undefined;
  readonly onDone: (word: "saved" | "made") => void;
  readonly onClose: () => void;
}

/** Makes an account or changes one. */
export function AccountForm({ account, onDone, onClose }: Props) {
  const { t } = useTranslation("accounts");
  const { t: session } = useTranslation("session");
  const { user } = useSession();
  const { clients } = useClients();
  const queries = useQueryClient();
  const [draft, setDraft] = useState<Draft>(account ? draftOf(account) : EMPTY);
  const put = (part: Partial<Draft>) => setDraft((before) => ({ ...before, ...part }));
  const save = useMutation({
    mutationFn: () => (account ? changeAccount(account.userId, changesOf(account, draft)) : makeAccount(newOf(draft))),
    onSuccess: async () => {
      await Promise.all([queries.invalidateQueries({ queryKey: ["accounts"] }), queries.invalidateQueries({ queryKey: ["people"] })]);
      onDone(account ? "saved" : "made");
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    save.mutate();
  };
  const self = account?.userId === user.userId;
  const companies = [...new Set([...clients.map((client) => client.clientId), ...draft.clientIds])];
  return (
    <Modal opened onClose={onClose} size="lg" title={account ? t("editOf", { name: account.name }) : t("add")} closeButtonProps={{ "aria-label": t("cancel") }}>
      <form onSubmit={submit}>
        <Stack>
          <SimpleGrid cols={{ base: 1, sm: 2 }}>
            <TextInput data-autofocus label={t("name")} required value={draft.name} onChange={(e) => put({ name: e.currentTarget.value })} />
            <TextInput label={t("furigana")} value={draft.furigana} onChange={(e) => put({ furigana: e.currentTarget.value })} />
            <TextInput label={t("nameEn")} value={draft.nameEn} onChange={(e) => put({ nameEn: e.currentTarget.value })} />
            <TextInput label={t("userId")} description={account ? undefined : t("userIdHint")} inputWrapperOrder={["label", "input", "description", "error"]} required pattern="(usr_)?[a-z0-9_]+" disabled={Boolean(account)} value={draft.userId} onChange={(e) => put({ userId: e.currentTarget.value })} />
            <NativeSelect label={t("role")} disabled={self} value={draft.role} onChange={(e) => put({ role: e.currentTarget.value as Role })} data={ROLES.map((role) => ({ value: role, label: session(`role.${role}`) }))} />
            <TextInput label={t("team")} value={draft.teamId} onChange={(e) => put({ teamId: e.currentTarget.value })} />
          </SimpleGrid>
          <Text size="sm" c="dimmed">
            {t(`may.${draft.role}`)}
            {self ? ` ${t("yourself")}` : ""}
          </Text>
          <MultiSelect label={t("clients")} value={[...draft.clientIds]} onChange={(clientIds) => put({ clientIds })} data={companies.map((id) => ({ value: id, label: clients.find((each) => each.clientId === id)?.name ?? id }))} />
          {self ? undefined : (
            <PasswordInput
              label={t(account ? "password" : "passwordNew")}
              description={t(account ? "passwordHint" : "passwordNewHint")}
              autoComplete="new-password"
              minLength={PASSWORD_LENGTH_LEAST}
              maxLength={PASSWORD_LENGTH_MOST}
              value={draft.password}
              onChange={(e) => put({ password: e.currentTarget.value })}
              visibilityToggleButtonProps={{ "aria-label": t("showPassword") }}
            />
          )}
          {account && !self ? <AccountEntry account={account} onDone={() => onDone("saved")} /> : undefined}
          {save.isError ? <Failed error={save.error} /> : undefined}
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              {t("cancel")}
            </Button>
            <Button type="submit" loading={save.isPending}>
              {t("save")}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
