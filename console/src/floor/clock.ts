type Listener = () => void;

const listeners = new Set<Listener>();
let ticking: number | undefined;

/** Calls back each second, all at once, as long as somebody listens. */
export function onSecond(listener: Listener): () => void {
  listeners.add(listener);
  ticking ??= window.setInterval(() => listeners.forEach((each) => each()), 1_000);
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    window.clearInterval(ticking);
    ticking = undefined;
  };
}

/** Milliseconds of minutes:seconds or hours:minutes:seconds; undefined when it is neither. */
export function clockMs(text: string): number | undefined {
  const match = /^(?:(\d+):)?(\d+):([0-5]?\d)$/u.exec(text.normalize("NFKC").trim());
  if (!match) return undefined;
  const [, hours = "0", minutes = "0", seconds = "0"] = match;
  return ((Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds)) * 1_000;
}
