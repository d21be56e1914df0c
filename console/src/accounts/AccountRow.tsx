import { Badge, Button, Group, Table, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";

import { PersonName } from "../people/PersonName";
import { useClients } from "../people/useClients";
import type { Account } from "./accounts";

/** For whom no company means every company; for others it means none. */
const SERVES_ALL: ReadonlySet<string> = new Set(["admin", "manager"]);

interface Props {
  readonly account: Account;
  /** One's own account cannot be disabled. */
  readonly self: boolean;
  readonly busy: boolean;
  readonly onEdit: () => void;
  readonly onSwitch: () => void;
}

/** One person in the list of accounts. */
export function AccountRow({ account, self, busy, onEdit, onSwitch }: Props) {
  const { t, i18n } = useTranslation("accounts");
  const { t: session } = useTranslation("session");
  const { nameOf } = useClients();
  return (
    <Table.Tr>
      <Table.Th scope="row" fw={500}>
        <PersonName person={account} />
        <Text size="xs" c="dimmed">
          {account.userId}
        </Text>
      </Table.Th>
      <Table.Td>{session(`role.${account.role}`)}</Table.Td>
      <Table.Td>{account.teamId || "–"}</Table.Td>
      <Table.Td>{account.clientIds.length > 0 ? account.clientIds.map(nameOf).join(i18n.language === "ja" ? "、" : ", ") : t(SERVES_ALL.has(account.role) ? "everyClient" : "noClient")}</Table.Td>
      <Table.Td>
        <Group gap={4}>
          <Badge variant={account.disabled ? "outline" : "light"} color={account.disabled ? "gray" : "teal"} c="var(--mantine-color-text)" tt="none">
            {t(account.disabled ? "disabled" : "active")}
          </Badge>
          {account.hasPassword && !account.passwordIsInitial ? undefined : (
            <Text size="xs" c="dimmed">
              {t(account.hasPassword ? "initial" : "noPassword")}
            </Text>
          )}
        </Group>
      </Table.Td>
      <Table.Td>
        <Group gap="xs" wrap="nowrap" justify="flex-end">
          <Button size="xs" variant="default" aria-label={t("editOf", { name: account.name })} onClick={onEdit}>
            {t("edit")}
          </Button>
          <Button size="xs" variant="default" disabled={self} loading={busy} aria-label={`${t(account.disabled ? "enable" : "disable")}: ${account.name}`} onClick={onSwitch}>
            {t(account.disabled ? "enable" : "disable")}
          </Button>
        </Group>
      </Table.Td>
    </Table.Tr>
  );
}
