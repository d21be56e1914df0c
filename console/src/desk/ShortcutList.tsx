import { Kbd, Modal, Table, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";

import { KEYS, TALK_BACK_KEY } from "./shortcuts";

/** Every key of the desk. */
export function ShortcutList({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const { t } = useTranslation("desk");
  const rows = [
    ...KEYS.map(({ key, act }) => [key, t(`keys.${act}`)] as const),
    [TALK_BACK_KEY, t("keys.talk_back")] as const,
    ["1–9", t("keys.reason")] as const,
  ];
  return (
    <Modal opened={opened} onClose={onClose} title={t("shortcuts")} closeButtonProps={{ "aria-label": t("close", { ns: "app" }) }}>
      <Table>
        <Table.Tbody>
          {rows.map(([key, words]) => (
            <Table.Tr key={key}>
              <Table.Th scope="row">
                <Kbd>{key.length === 1 ? key.toUpperCase() : key}</Kbd>
              </Table.Th>
              <Table.Td>{words}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
      <Text size="sm" c="dimmed" mt="sm">
        {t("shortcutsHint")}
      </Text>
    </Modal>
  );
}
