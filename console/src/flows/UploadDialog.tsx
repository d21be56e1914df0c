import { Alert, Button, FileInput, Group, List, Modal, Stack, Text, TextInput } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { type FormEvent, useEffect, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";

import { Refused } from "../api/client";
import { lengthOf } from "../app/dates";
import { Failed, Working } from "../app/States";
import { converted } from "./convert";
import { PlayButton } from "./PlayButton";
import { BYTES_MOST, NAME, type Prompt, SECONDS_MOST } from "./sounds";
import { putPrompt } from "./soundService";
import type { texts } from "./texts";
import { usePlayer } from "./usePlayer";
import { useRecorder } from "./useRecorder";

type SoundFault = keyof (typeof texts)["en"]["soundFault"];
const FAULTS: ReadonlySet<string> = new Set(["NOT_A_WAV", "NOT_PCM_16", "NOT_MONO", "NOT_8_KHZ", "NO_SOUND", "TOO_LONG", "SILENT", "CLIPPED", "TOO_LARGE", "TOO_MANY_PROMPTS", "NOT_CONVERTED"]);
/** What becomes right when the browser makes a telephone's sound of it. */
const CONVERTIBLE: ReadonlySet<string> = new Set(["NOT_A_WAV", "NOT_PCM_16", "NOT_MONO", "NOT_8_KHZ", "TOO_LARGE"]);

const RECORDER = { recording: "recordingNow", refused: "noMicrophone", empty: "nothingRecorded" } as const;

interface Props {
  readonly clientId: string;
  /** Empty: it is asked for. */
  readonly name: string;
  readonly library: readonly Prompt[];
  readonly onDone: (name: string, sha256: string, version: number) => void;
  readonly onClose: () => void;
}

/** What is wrong with a sound, by the service's reason, and in its own words where they hold a figure. */
interface Wrong {
  readonly reason: SoundFault;
  readonly said: string;
}

function wrongOf(error: unknown): Wrong | undefined {
  if (!(error instanceof Refused) || !FAULTS.has(error.refusal.reason)) return undefined;
  return { reason: error.refusal.reason as SoundFault, said: error.refusal.message.replace(/^wav: /, "") };
}

/** A sound is chosen, heard, and put under a name. */
export function UploadDialog({ clientId, name, library, onDone, onClose }: Props) {
  const { t } = useTranslation("flows");
  const player = usePlayer();
  const [typed, setTyped] = useState(name);
  const [file, setFile] = useState<File | null>(null);
  const [fault, setFault] = useState<"name" | "file">();
  const address = useMemo(() => (file ? URL.createObjectURL(file) : ""), [file]);
  useEffect(() => () => URL.revokeObjectURL(address), [address]);
  const before = library.find((prompt) => prompt.name === typed)?.versions[0];
  const putting = useMutation({
    mutationFn: async (convert: boolean) => {
      const sound = convert ? await converted(file as File) : (file as File);
      if (sound.size > BYTES_MOST) throw new Refused(413, { code: "INVALID_ARGUMENT", reason: "TOO_LARGE", message: "" });
      return putPrompt(clientId, typed, sound);
    },
    onSuccess: ({ sha256, version }) => onDone(typed, sha256, version),
  });
  const choose = (chosen: File | null) => {
    putting.reset();
    setFault(undefined);
    setFile(chosen);
  };
  const recorder = useRecorder(choose);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const wrong = NAME.test(typed) ? (file ? undefined : "file") : "name";
    setFault(wrong);
    if (!wrong) putting.mutate(false);
  };
  const wrong = wrongOf(putting.error);
  return (
    <Modal opened onClose={onClose} title={name ? t("uploadOf", { name }) : t("upload")} closeButtonProps={{ "aria-label": t("cancel") }}>
      <form onSubmit={submit} noValidate>
        <Stack>
          <div>
            <Text size="sm">{t("soundMust")}</Text>
            <List size="sm">
              <List.Item>{t("soundFormat")}</List.Item>
              <List.Item>{t("soundLength", { seconds: SECONDS_MOST, megabytes: BYTES_MOST / 1024 / 1024 })}</List.Item>
              <List.Item>{t("soundLoud")}</List.Item>
            </List>
          </div>
          {name ? undefined : (
            <TextInput data-autofocus label={t("soundName")} description={t("soundNameHint")} error={fault === "name" ? t("soundNameWrong") : undefined} value={typed} onChange={(e) => setTyped(e.currentTarget.value)} />
          )}
          <FileInput
            {...(name ? { "data-autofocus": true } : {})}
            label={t("soundFile")}
            placeholder={t("chooseFile")}
            accept=".wav,audio/wav,audio/*"
            value={file}
            error={fault === "file" ? t("soundFileMissing") : undefined}
            onChange={choose}
          />
          <Group gap="sm" role="status">
            {recorder.state === "recording" ? (
              <Button size="xs" variant="default" leftSection={<span aria-hidden>■</span>} onClick={recorder.stop}>
                {t("stopRecording")}
              </Button>
            ) : (
              <Button size="xs" variant="default" leftSection={<span aria-hidden>●</span>} onClick={() => void recorder.start()}>
                {t("record")}
              </Button>
            )}
            {recorder.state === "idle" ? undefined : <Text size="sm">{t(RECORDER[recorder.state])}</Text>}
            {/* Hidden, for a screen reader would say each second into the recording. */}
            {recorder.state === "recording" ? (
              <Text size="sm" className="number" aria-hidden>
                {lengthOf(recorder.recordedMs)}
              </Text>
            ) : undefined}
          </Group>
          {file ? (
            <Group gap="sm">
              <PlayButton player={player} address={address} of={file.name} />
              {player.broken ? <Text size="sm">{t("notPlayed")}</Text> : undefined}
            </Group>
          ) : undefined}
          {before ? <Text size="sm">{t("replaces", { version: before.version, next: before.version + 1 })}</Text> : undefined}
          {putting.isPending ? <Working>{t("uploading")}</Working> : undefined}
          {wrong ? (
            <Alert role="alert" color="red" variant="light" title={t(`soundFault.${wrong.reason}`)}>
              {wrong.said ? <Text size="sm">{wrong.said}</Text> : undefined}
              {CONVERTIBLE.has(wrong.reason) ? (
                <Button mt="xs" size="xs" variant="default" onClick={() => putting.mutate(true)}>
                  {t("convert")}
                </Button>
              ) : undefined}
            </Alert>
          ) : undefined}
          {putting.isError && !wrong ? <Failed error={putting.error} /> : undefined}
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              {t("cancel")}
            </Button>
            <Button type="submit" loading={putting.isPending}>
              {t("uploadYes")}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
