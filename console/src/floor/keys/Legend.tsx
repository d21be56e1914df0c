import { Kbd, Modal, Switch, Table, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";

const LINES = [
  ["← ↑ ↓ →", "arrows"],
  ["Enter", "enter"],
  ["1 – 5", "digits"],
  ["L", "l"],
  ["W", "w"],
  ["B", "b"],
  ["T", "t"],
  ["N", "n"],
  ["F", "f"],
  ["M", "m"],
  ["X", "x"],
  ["A", "a"],
  ["G", "g"],
  ["/", "slash"],
  ["Esc", "escape"],
  ["?", "help"],
] as const;

/** Every key of the wall, and the switch that turns single keys off. */
export function Legend({ close, on, turn }: { close: () => void; on: boolean; turn: (on: boolean) => void }) {
  const { t } = useTranslation("floor");
  return (
    <Modal opened onClose={close} title={t("keys.title")} closeButtonProps={{ "aria-label": t("keys.close") }}>
      <Switch label={t("keys.on")} checked={on} onChange={(event) => turn(event.currentTarget.checked)} mb="sm" />
      <Table verticalSpacing={4}>
        <Table.Tbody>
          {LINES.map(([key, word]) => (
            <Table.Tr key={key}>
              <Table.Th scope="row" w={100}>
                <Kbd style={{ whiteSpace: "nowrap" }}>{key}</Kbd>
              </Table.Th>
              <Table.Td>{t(`keys.${word}`)}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
      <Text size="sm" mt="sm">
        {t("keys.meters")}
      </Text>
    </Modal>
  );
}
