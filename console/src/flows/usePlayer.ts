import { useCallback, useEffect, useMemo, useState } from "react";

export interface Player {
  /** The address that is heard; empty: none. */
  readonly playing: string;
  /** An address that could not be played. */
  readonly broken: string;
  /** Plays from the beginning, or stops what is heard. */
  readonly toggle: (address: string) => void;
}

/** One sound at a time. */
export function usePlayer(): Player {
  const [playing, setPlaying] = useState("");
  const [broken, setBroken] = useState("");
  const audio = useMemo(() => new Audio(), []);
  useEffect(() => {
    const over = () => setPlaying("");
    audio.addEventListener("ended", over);
    return () => {
      audio.removeEventListener("ended", over);
      audio.pause();
      audio.removeAttribute("src");
    };
  }, [audio]);
  const toggle = useCallback(
    (address: string) => {
      audio.pause();
      setBroken("");
      if (playing === address) {
        setPlaying("");
        return;
      }
      audio.src = address;
      setPlaying(address);
      audio.play().catch((reason: unknown) => {
        // Another sound that was asked for meanwhile is no fault of this one.
        if (reason instanceof DOMException && reason.name === "AbortError") return;
        setPlaying((before) => (before === address ? "" : before));
        setBroken(address);
      });
    },
    [audio, playing],
  );
  return { playing, broken, toggle };
}
