import { Alert, Button, Chip, Group, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { rpc } from "../api/rpc";
import { useFormats } from "../app/dates";
import { Failed, Loading } from "../app/States";
import type { components } from "../contract/api";
import { Picture } from "./Picture";
import { type Heard, useSound } from "./useSound";
import { type Mark, VOICES, type Waveform, waveformOf } from "./waveform";

interface Props {
  readonly contactId: string;
  readonly startMs: number;
  readonly marks: readonly Mark[];
}

/** One recording: three voices drawn and heard, each by itself or together. */
export function Player(props: Props) {
  const waveform = useQuery({
    queryKey: ["waveform", props.contactId],
    staleTime: Number.POSITIVE_INFINITY,
    retry: false,
    queryFn: async () => waveformOf(await rpc<components["schemas"]["GetWaveformResponse"]>("RecordingService/GetWaveform", { contactId: props.contactId })),
  });
  if (waveform.isPending) return <Loading height={230} />;
  if (waveform.isError) return <Failed error={waveform.error} again={() => void waveform.refetch()} />;
  return <Tracks {...props} waveform={waveform.data} />;
}

function Tracks({ contactId, startMs, marks, waveform }: Props & { readonly waveform: Waveform }) {
  const { t } = useTranslation("recordings");
  const { length } = useFormats();
  const [heard, setHeard] = useState<Heard>({ customer: true, operator: true, supervisor: true });
  const { playing, atMs, broken, toggle, seek } = useSound(contactId, startMs, heard);
  return (
    <Stack gap="xs">
      {broken ? <Alert role="alert" color="red" variant="light" title={t("noSound")} /> : undefined}
      <Group>
        <Button w={130} onClick={() => void toggle()} leftSection={<span aria-hidden>{playing ? "❚❚" : "▶"}</span>}>
          {t(playing ? "pause" : "play")}
        </Button>
        <Text ff="monospace">
          {length(atMs)} / {length(waveform.lengthMs)}
        </Text>
      </Group>
      {VOICES.map((voice) => (
        <Group key={voice} wrap="nowrap" gap="sm">
          <Chip size="xs" w={150} checked={heard[voice]} onChange={(checked) => setHeard((before) => ({ ...before, [voice]: checked }))}>
            {t(`voice.${voice}`)}
          </Chip>
          <Picture waveform={waveform} voice={voice} heard={heard[voice]} marks={marks} atMs={atMs} onSeek={seek} />
        </Group>
      ))}
      <Group wrap="nowrap" gap="sm">
        <Text size="sm" w={150} style={{ flexShrink: 0 }} aria-hidden>
          {t("place")}
        </Text>
        <input
          type="range"
          style={{ flex: 1, accentColor: "var(--mantine-primary-color-filled)" }}
          aria-label={t("place")}
          aria-valuetext={length(atMs)}
          min={0}
          max={Math.max(1, waveform.lengthMs)}
          step={1000}
          value={Math.min(atMs, waveform.lengthMs)}
          onChange={(event) => seek(Number(event.currentTarget.value))}
        />
      </Group>
      {marks.length > 0 ? (
        <Group gap="xs" component="ul" aria-label={t("marks")} p={0} m={0} style={{ listStyle: "none" }}>
          {marks.map((mark) => (
            <li key={`${mark.kind} ${mark.fromMs}`}>
              <Button size="xs" variant="default" onClick={() => seek(mark.fromMs)}>
                {t(`mark.${mark.kind}`)} {length(mark.fromMs)}
                {mark.untilMs > mark.fromMs ? `–${length(mark.untilMs)}` : ""}
              </Button>
            </li>
          ))}
        </Group>
      ) : undefined}
    </Stack>
  );
}
