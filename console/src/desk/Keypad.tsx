import { Button, Modal, Text } from "@mantine/core";
import { useWindowEvent } from "@mantine/hooks";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { usePhone } from "../phone/PhoneProvider";
import classes from "./desk.module.css";

const KEYS = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "*", "0", "#"] as const;

/** Sends the tones of keys to the other side, by click or by keyboard. */
export function Keypad({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const { t } = useTranslation("desk");
  const { dial } = usePhone();
  const [pressed, setPressed] = useState("");
  const press = (key: string) => {
    dial(key);
    setPressed((before) => (before + key).slice(-20));
  };
  // Not the dialog's own event: who is quick keys before the focus has come into it.
  useWindowEvent("keydown", (event) => {
    if (opened && KEYS.some((key) => key === event.key)) press(event.key);
  });
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title={t("keypad")}
      size="xs"
      closeButtonProps={{ "aria-label": t("close", { ns: "app" }) }}
    >
      <Text ta="center" size="xl" mih={34} aria-label={t("pressed")} role="status">
        {pressed}
      </Text>
      <div className={classes["keypad"]}>
        {KEYS.map((key) => (
          <Button key={key} size="lg" px={0} variant="default" onClick={() => press(key)}>
            {key}
          </Button>
        ))}
      </div>
      <Text size="xs" c="dimmed" ta="center" mt="sm">
        {t("keypadHint")}
      </Text>
    </Modal>
  );
}
