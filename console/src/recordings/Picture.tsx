import { Box } from "@mantine/core";
import { useMemo } from "react";

import { bandOf, type Mark, narrowed, type Voice, type Waveform } from "./waveform";

const WIDTH = 1000;
const HEIGHT = 48;
const INK: Readonly<Record<Voice, string>> = {
  customer: "var(--mantine-color-blue-text)",
  operator: "var(--mantine-color-teal-text)",
  supervisor: "var(--mantine-color-orange-text)",
};

interface Props {
  readonly waveform: Waveform;
  readonly voice: Voice;
  readonly heard: boolean;
  readonly marks: readonly Mark[];
  readonly atMs: number;
  readonly onSeek: (ms: number) => void;
}

/** One voice's loudness over time, with marks and the place that is heard. The slider beside it is for keyboards. */
export function Picture({ waveform, voice, heard, marks, atMs, onSeek }: Props) {
  const band = useMemo(() => bandOf(narrowed(waveform.peaks[voice], WIDTH), WIDTH, HEIGHT), [waveform, voice]);
  const length = Math.max(1, waveform.lengthMs);
  const x = (ms: number) => (ms / length) * WIDTH;
  return (
    <Box
      component="svg"
      aria-hidden
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      preserveAspectRatio="none"
      h={HEIGHT}
      w="100%"
      bg="var(--mantine-color-default-hover)"
      style={{ display: "block", cursor: "pointer", borderRadius: 4 }}
      onClick={(event) => {
        const frame = event.currentTarget.getBoundingClientRect();
        onSeek(((event.clientX - frame.left) / frame.width) * length);
      }}
    >
      {marks.map((mark) =>
        mark.kind === "pause" ? (
          <rect key={`pause ${mark.fromMs}`} x={x(mark.fromMs)} y={0} width={Math.max(2, x(mark.untilMs - mark.fromMs))} height={HEIGHT} fill="var(--mantine-color-dimmed)" opacity={0.35} />
        ) : (
          <line key={`${mark.kind} ${mark.fromMs}`} x1={x(mark.fromMs)} x2={x(mark.fromMs)} y1={0} y2={HEIGHT} stroke="var(--mantine-color-red-text)" strokeWidth={2} strokeDasharray={mark.kind === "alert" ? undefined : "4 3"} vectorEffect="non-scaling-stroke" />
        ),
      )}
      <path d={band} fill={INK[voice]} stroke={INK[voice]} strokeWidth={0.5} opacity={heard ? 1 : 0.3} />
      <line x1={x(atMs)} x2={x(atMs)} y1={0} y2={HEIGHT} stroke="var(--mantine-color-text)" strokeWidth={2} vectorEffect="non-scaling-stroke" />
    </Box>
  );
}
