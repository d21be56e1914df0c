/** A tick that came so late means that the computer or the tab slept. */
export const SLEPT_MS = 8_000;

/** Ticks once a second, even in a hidden tab; says after how long each came. Answers what stops it. */
export function tick(onTick: (sinceMs: number) => void): () => void {
  const worker = new Worker(new URL("./ticker.worker.ts", import.meta.url), { type: "module" });
  let last = Date.now();
  worker.addEventListener("message", () => {
    const now = Date.now();
    onTick(now - last);
    last = now;
  });
  return () => worker.terminate();
}
