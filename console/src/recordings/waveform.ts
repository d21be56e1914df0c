import type { components } from "../contract/api";

type WaveformAnswer = components["schemas"]["GetWaveformResponse"];
export type Voice = "customer" | "operator" | "supervisor";
export const VOICES: readonly Voice[] = ["customer", "operator", "supervisor"];

/** How loud each voice is over the recording, 0 to 1. */
export interface Waveform {
  readonly lengthMs: number;
  readonly stepMs: number;
  readonly peaks: Readonly<Record<Voice, readonly number[]>>;
}

const TRACKS: Readonly<Record<string, Voice>> = {
  TRACK_CUSTOMER: "customer",
  TRACK_OPERATOR: "operator",
  TRACK_SUPERVISOR: "supervisor",
};

/** The picture of an answer; a voice without a track is silent. */
export function waveformOf(answer: WaveformAnswer): Waveform {
  const peaks: Record<Voice, readonly number[]> = { customer: [], operator: [], supervisor: [] };
  for (const { track, peaks: bytes } of answer.tracks) {
    const voice = TRACKS[track];
    if (voice) peaks[voice] = Array.from(atob(bytes), (char) => char.charCodeAt(0) / 255);
  }
  return { lengthMs: answer.lengthMs, stepMs: answer.stepMs, peaks };
}

/** The largest value of each of `columns` parts, so that no short sound is lost in a narrow picture. */
export function narrowed(peaks: readonly number[], columns: number): readonly number[] {
  if (peaks.length <= columns) return peaks;
  return Array.from({ length: columns }, (_, at) => Math.max(...peaks.slice(Math.floor((at * peaks.length) / columns), Math.floor(((at + 1) * peaks.length) / columns))));
}

/** An SVG path of a band round the middle; `width` × `height`, silence is a thin line. */
export function bandOf(peaks: readonly number[], width: number, height: number): string {
  const middle = height / 2;
  if (peaks.length === 0) return `M0 ${middle}H${width}`;
  const step = width / peaks.length;
  const x = (at: number) => (at * step).toFixed(1);
  const half = (peak: number) => Math.max(0.5, peak * (middle - 1));
  const over = peaks.map((peak, at) => `L${x(at)} ${(middle - half(peak)).toFixed(1)}`);
  const under = peaks.map((peak, at) => `L${x(at)} ${(middle + half(peak)).toFixed(1)}`).reverse();
  return `M0 ${middle}${over.join("")}L${width} ${middle}${under.join("")}Z`;
}

/** A second of the recording that somebody may look for. */
export interface Mark {
  readonly kind: "pause" | "alert" | "feedback";
  readonly fromMs: number;
  /** Equal to `fromMs` for an instant. */
  readonly untilMs: number;
}

interface Marked {
  readonly startedAt?: string;
  readonly lengthMs: number;
  readonly pauses: readonly { readonly fromMs: number; readonly toMs: number }[];
  readonly alertsAt: readonly string[];
}

/** What is marked in a recording, in order; instants outside of it are left out. */
export function marksOf(recording: Marked, feedbackMs: number | undefined): readonly Mark[] {
  const begun = recording.startedAt ? new Date(recording.startedAt).getTime() : undefined;
  const instants = begun === undefined ? [] : recording.alertsAt.map((at) => new Date(at).getTime() - begun);
  const marks: Mark[] = [
    ...recording.pauses.map((pause): Mark => ({ kind: "pause", fromMs: pause.fromMs, untilMs: pause.toMs })),
    ...instants.map((ms): Mark => ({ kind: "alert", fromMs: ms, untilMs: ms })),
    ...(feedbackMs === undefined ? [] : [{ kind: "feedback", fromMs: feedbackMs, untilMs: feedbackMs } as const]),
  ];
  return marks.filter((mark) => mark.fromMs >= 0 && mark.fromMs <= recording.lengthMs).sort((a, b) => a.fromMs - b.fromMs);
}
