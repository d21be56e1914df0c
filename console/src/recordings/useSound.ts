import { useCallback, useEffect, useMemo, useRef, useState } from "react";

import type { Voice } from "./waveform";
import { VOICES } from "./waveform";

export type Heard = Readonly<Record<Voice, boolean>>;

interface Nodes {
  readonly context: AudioContext;
  readonly gains: Readonly<Record<Voice, GainNode>>;
}

/** Takes the sound of an element apart: each of the three channels through a gain of its own, to both ears. */
function wired(element: HTMLAudioElement): Nodes {
  const context = new AudioContext();
  const splitter = new ChannelSplitterNode(context, { numberOfOutputs: VOICES.length });
  const gains = { customer: new GainNode(context), operator: new GainNode(context), supervisor: new GainNode(context) };
  context.createMediaElementSource(element).connect(splitter);
  VOICES.forEach((voice, channel) => {
    splitter.connect(gains[voice], channel);
    gains[voice].connect(context.destination);
  });
  return { context, gains };
}

/** A recording's sound: play, pause, where it is, which voices are heard. Begins at `startMs`. */
export function useSound(contactId: string, startMs: number, heard: Heard) {
  const element = useMemo(() => {
    const audio = new Audio();
    audio.preload = "metadata";
    return audio;
  }, []);
  const nodes = useRef<Nodes>(undefined);
  const [playing, setPlaying] = useState(false);
  const [atMs, setAtMs] = useState(startMs);
  const [broken, setBroken] = useState(false);

  useEffect(() => {
    const begun = () => {
      element.currentTime = startMs / 1000;
    };
    const moved = () => setAtMs(element.currentTime * 1000);
    const stopped = () => setPlaying(!element.paused);
    const failed = () => setBroken(true);
    element.addEventListener("loadedmetadata", begun);
    element.addEventListener("timeupdate", moved);
    for (const event of ["play", "pause", "ended"]) element.addEventListener(event, stopped);
    element.addEventListener("error", failed);
    setBroken(false);
    setAtMs(startMs);
    element.src = `/api/recordings/${encodeURIComponent(contactId)}.wav`;
    return () => {
      element.pause();
      element.removeEventListener("loadedmetadata", begun);
      element.removeEventListener("timeupdate", moved);
      for (const event of ["play", "pause", "ended"]) element.removeEventListener(event, stopped);
      element.removeEventListener("error", failed);
      element.removeAttribute("src");
    };
  }, [element, contactId, startMs]);
  useEffect(() => () => void nodes.current?.context.close(), []);
  useEffect(() => {
    for (const voice of VOICES) if (nodes.current) nodes.current.gains[voice].gain.value = heard[voice] ? 1 : 0;
  }, [heard]);

  const toggle = useCallback(async () => {
    // Browsers let sound begin with a click only: the context is made by the first one.
    nodes.current ??= wired(element);
    for (const voice of VOICES) nodes.current.gains[voice].gain.value = heard[voice] ? 1 : 0;
    await nodes.current.context.resume();
    if (element.paused) await element.play().catch(() => setBroken(true));
    else element.pause();
  }, [element, heard]);
  const seek = useCallback(
    (ms: number) => {
      element.currentTime = ms / 1000;
      setAtMs(ms);
    },
    [element],
  );
  return { playing, atMs, broken, toggle, seek };
}
