import { useCallback, useEffect, useRef, useState } from "react";

import { converted } from "./convert";
import { SECONDS_MOST } from "./sounds";

/** Recording by the microphone; `refused`: there is none, or it may not be used; `empty`: it gave no sound. */
export type RecorderState = "idle" | "recording" | "refused" | "empty";

/** How often a recording hands over what it has. */
const PART_MS = 250;

export interface Recorder {
  readonly state: RecorderState;
  /** What is recorded since the first sound came, which a microphone may take a while for. */
  readonly recordedMs: number;
  readonly start: () => Promise<void>;
  readonly stop: () => void;
}

/** Records what one says, as a telephone's sound, for as long as a sound may be. */
export function useRecorder(onDone: (file: File) => void): Recorder {
  const [state, setState] = useState<RecorderState>("idle");
  const [recordedMs, setRecordedMs] = useState(0);
  const running = useRef<MediaRecorder>(undefined);
  const done = useRef(onDone);
  useEffect(() => {
    done.current = onDone;
  });
  const stop = useCallback(() => running.current?.stop(), []);
  useEffect(
    () => () => {
      const left = running.current;
      running.current = undefined;
      left?.stop();
    },
    [],
  );
  useEffect(() => {
    if (state !== "recording") return;
    const late = setTimeout(stop, (SECONDS_MOST - 1) * 1_000);
    return () => clearTimeout(late);
  }, [state, stop]);
  const start = useCallback(async () => {
    let stream: MediaStream;
    try {
      stream = await navigator.mediaDevices.getUserMedia({ audio: true });
    } catch {
      setState("refused");
      return;
    }
    const recorder = new MediaRecorder(stream);
    const chunks: Blob[] = [];
    recorder.addEventListener("dataavailable", ({ data }) => {
      if (data.size === 0) return;
      chunks.push(data);
      setRecordedMs((chunks.length - 1) * PART_MS);
    });
    recorder.addEventListener("stop", () => {
      for (const track of stream.getTracks()) track.stop();
      // The dialog was left meanwhile.
      if (running.current !== recorder) return;
      running.current = undefined;
      setState("idle");
      converted(new Blob(chunks, { type: recorder.mimeType })).then(
        (sound) => done.current(new File([sound], "microphone.wav", { type: sound.type })),
        () => setState("empty"),
      );
    });
    running.current = recorder;
    setRecordedMs(0);
    setState("recording");
    recorder.start(PART_MS);
  }, []);
  return { state, recordedMs, start, stop };
}
