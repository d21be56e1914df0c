import { Button, Modal, Text } from "@mantine/core";
import { useWindowEvent } from "@mantine/hooks";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";

import { KeyTones, pitchesOf } from "../phone/keyTones";
import { usePhone } from "../phone/PhoneProvider";
import classes from "./desk.module.css";

const KEYS = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "*", "0", "#"] as const;
/** How long one hears a key oneself. */
const HEARD_S = 0.12;

/** Sends the tones of keys to the other side, by click or by keyboard. */
export function Keypad({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const { t } = useTranslation("desk");
  const { sendInstead, tone } = usePhone();
  const tones = useRef<KeyTones>(undefined);
  const [pressed, setPressed] = useState("");
  useEffect(() => () => tones.current?.close(), []);
  const press = async (key: string) => {
    setPressed((before) => (before + key).slice(-20));
    const sounding = (tones.current ??= new KeyTones());
    const lengthMs = await sounding.press(key);
    tone(pitchesOf(key), HEARD_S);
    if (sounding.track) await sendInstead(sounding.track, lengthMs);
  };
  // Not the dialog's own event: who is quick keys before the focus has come into it.
  useWindowEvent("keydown", (event) => {
    if (opened && KEYS.some((key) => key === event.key)) void press(event.key);
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
          <Button key={key} size="lg" px={0} variant="default" onClick={() => void press(key)}>
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
