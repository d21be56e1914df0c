/** A tick that came so late means that the computer or the page slept. */
export const SLEPT_MS = 8_000;
/** The gateway shows life every five seconds: a connection that is still for so long is dead, whatever the browser believes. */
export const STILL_MS_MAX = 15_000;

/** Is told of each tick, and whether something happened since the last one that made all of before doubtful. */
type Listener = (doubtful: boolean) => void;

const listeners = new Set<Listener>();
let stop: (() => void) | undefined;

const all = (doubtful: boolean): void => {
  for (const listener of listeners) listener(doubtful);
};

/** Ticks once a second, even in a hidden tab. */
function begin(): () => void {
  const worker = new Worker(new URL("./ticker.worker.ts", import.meta.url), { type: "module" });
  let last = Date.now();
  worker.addEventListener("message", () => {
    const now = Date.now();
    const slept = now - last > SLEPT_MS;
    last = now;
    all(slept);
  });
  const online = () => all(true);
  window.addEventListener("online", online);
  return () => {
    worker.terminate();
    window.removeEventListener("online", online);
  };
}

/** Calls back once a second until the returned function is called; one clock for all. */
export function onTick(listener: Listener): () => void {
  listeners.add(listener);
  stop ??= begin();
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    stop?.();
    stop = undefined;
  };
}

/** Calls back after a sleep of the computer or the page, and on another network: no connection of before can be trusted. */
export const onReturn = (listener: () => void): (() => void) => onTick((doubtful) => doubtful && listener());
