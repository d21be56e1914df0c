import { Button, TextInput } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";

const LONGEST = 500;

/** A line of words for the operator's desk. */
export function TextWhisper({ send, close }: { send: (text: string) => Promise<boolean>; close: () => void }) {
  const { t } = useTranslation("floor");
  const [text, setText] = useState("");
  const [sent, setSent] = useState(false);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (text.trim() === "") return;
    const done = await send(text.trim());
    setSent(done);
    if (done) setText("");
  };
  return (
    <form className="wall-controls" onSubmit={(event) => void submit(event)}>
      <TextInput
        autoFocus
        size="xs"
        label={t("bar.textLabel")}
        maxLength={LONGEST}
        value={text}
        onChange={(event) => {
          setText(event.currentTarget.value);
          setSent(false);
        }}
        onKeyDown={(event) => {
          if (event.key === "Escape") close();
        }}
      />
      <div className="wall-modes">
        <Button size="compact-sm" type="submit">
          {t("bar.send")}
        </Button>
        <Button size="compact-sm" variant="default" onClick={close}>
          {t("next.close")}
        </Button>
        <span role="status">{sent ? t("bar.sent") : ""}</span>
      </div>
    </form>
  );
}
