import { useSyncExternalStore } from "react";

const watchers = new Set<() => void>();
let now = Date.now();
let ticking: number | undefined;

function watch(watcher: () => void): () => void {
  watchers.add(watcher);
  ticking ??= window.setInterval(() => {
    now = Date.now();
    for (const each of watchers) each();
  }, 1_000);
  return () => {
    watchers.delete(watcher);
    if (watchers.size > 0) return;
    window.clearInterval(ticking);
    ticking = undefined;
  };
}

/** The time, once a second: one clock for every timer of the page. */
export const useNow = (): number => useSyncExternalStore(watch, () => now);
