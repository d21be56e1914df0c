import { Button, Group, List, Modal, Stack, Text, Textarea } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";

import { Working } from "../app/States";
import type { Changes } from "./changes";

const NOTE_CHARACTERS_MOST = 200;

interface Props {
  readonly changes: Changes;
  /** Names whose sound is another one than callers hear at present. */
  readonly sounds: readonly string[];
  readonly running: boolean;
  readonly onPublish: (note: string) => void;
  readonly onClose: () => void;
}

/** Asks for a note, and shows what differs from the live version, before a flow is published. */
export function PublishDialog({ changes, sounds, running, onPublish, onClose }: Props) {
  const { t } = useTranslation("flows");
  const [note, setNote] = useState("");
  const submit = (event: FormEvent) => {
    event.preventDefault();
    onPublish(note.trim());
  };
  const same = sounds.length === 0 && changes.linesAdded === 0 && changes.linesRemoved === 0;
  return (
    <Modal opened onClose={onClose} title={t("publishTitle")} closeButtonProps={{ "aria-label": t("cancel") }}>
      <form onSubmit={submit}>
        <Stack>
          <Text size="sm">{t("publishHint")}</Text>
          <div>
            <Text fw={600}>{t("changes")}</Text>
            {same ? (
              <Text size="sm">{t("same")}</Text>
            ) : (
              <List size="sm">
                {(["added", "removed", "changed"] as const).map((kind) =>
                  changes[kind].length > 0 ? (
                    <List.Item key={kind}>
                      {t(kind)}: {changes[kind].join(", ")}
                    </List.Item>
                  ) : undefined,
                )}
                <List.Item>{t("lines", { added: changes.linesAdded, removed: changes.linesRemoved })}</List.Item>
                {sounds.length > 0 ? (
                  <List.Item>
                    {t("changedSounds")}: {sounds.join(", ")}
                  </List.Item>
                ) : undefined}
              </List>
            )}
          </div>
          <Textarea data-autofocus label={t("note")} autosize minRows={2} maxLength={NOTE_CHARACTERS_MOST} value={note} onChange={(e) => setNote(e.currentTarget.value)} />
          {running ? <Working>{t("publishing")}</Working> : undefined}
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              {t("cancel")}
            </Button>
            <Button type="submit" loading={running}>
              {t("publishYes")}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
