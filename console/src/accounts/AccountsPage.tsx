import { Button, Group, NativeSelect, Paper, Stack, Table, Text, TextInput, Title } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { tell } from "../app/telling";
import { Empty, Failed, Loading } from "../app/States";
import type { Role } from "../session/session";
import { useSession } from "../session/SessionProvider";
import { AccountForm } from "./AccountForm";
import { AccountRow } from "./AccountRow";
import { type Account, accounts, changeAccount, found, ROLES } from "./accounts";

/** Who may sign in, as what, and for which client companies. */
export function AccountsPage() {
  const { t } = useTranslation("accounts");
  const { t: session } = useTranslation("session");
  const { user } = useSession();
  const queries = useQueryClient();
  const [words, setWords] = useState("");
  const [role, setRole] = useState<Role | "">("");
  const [open, setOpen] = useState<Account | "new">();
  const all = useQuery({ queryKey: ["accounts"], queryFn: ({ signal }) => accounts(signal) });
  const change = useMutation({
    mutationFn: (account: Account) => changeAccount(account.userId, { disabled: !account.disabled }),
    onSuccess: () => queries.invalidateQueries({ queryKey: ["accounts"] }),
  });
  const rows = found(all.data ?? [], words, role);
  return (
    <Stack>
      <Group justify="space-between">
        <Title order={1}>{t("title")}</Title>
        <Button onClick={() => setOpen("new")}>{t("add")}</Button>
      </Group>
      <Group align="flex-end">
        <TextInput label={t("search")} type="search" w={320} value={words} onChange={(e) => setWords(e.currentTarget.value)} />
        <NativeSelect label={t("role")} value={role} onChange={(e) => setRole(e.currentTarget.value as Role | "")} data={[{ value: "", label: t("anyRole") }, ...ROLES.map((each) => ({ value: each, label: session(`role.${each}`) }))]} />
        <Text c="dimmed" role="status">
          {all.data ? t("count", { count: rows.length }) : ""}
        </Text>
      </Group>
      {change.isError ? <Failed error={change.error} /> : undefined}
      {all.isPending ? (
        <Loading />
      ) : all.isError ? (
        <Failed error={all.error} again={() => void all.refetch()} />
      ) : rows.length === 0 ? (
        <Empty>{t("nobody")}</Empty>
      ) : (
        <Table.ScrollContainer minWidth={860} scrollAreaProps={{ viewportProps: { tabIndex: 0, role: "region", "aria-label": t("title") } }}>
          <Table striped verticalSpacing={6}>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>{t("name")}</Table.Th>
                <Table.Th>{t("role")}</Table.Th>
                <Table.Th>{t("team")}</Table.Th>
                <Table.Th>{t("clients")}</Table.Th>
                <Table.Th>{t("state")}</Table.Th>
                <Table.Td />
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {rows.map((account) => (
                <AccountRow
                  key={account.userId}
                  account={account}
                  self={account.userId === user.userId}
                  busy={change.isPending && change.variables.userId === account.userId}
                  onEdit={() => setOpen(account)}
                  onSwitch={() => change.mutate(account)}
                />
              ))}
            </Table.Tbody>
          </Table>
        </Table.ScrollContainer>
      )}
      <Paper withBorder p="md" component="section" aria-labelledby="rights">
        <Title order={2} id="rights" mb="xs">
          {t("rights")}
        </Title>
        <Table layout="fixed">
          <Table.Tbody>
            {ROLES.map((each) => (
              <Table.Tr key={each}>
                <Table.Th scope="row" w={150} fw={500}>
                  {session(`role.${each}`)}
                </Table.Th>
                <Table.Td>{t(`may.${each}`)}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Paper>
      {open ? (
        <AccountForm
          account={open === "new" ? undefined : open}
          onClose={() => setOpen(undefined)}
          onDone={(word) => {
            setOpen(undefined);
            void tell({ message: t(word) });
          }}
        />
      ) : undefined}
    </Stack>
  );
}
