import type { CallLevels } from "./rows";

/** Older levels are shown as none. */
const FRESH_MS = 3_000;
const QUIETEST_DBFS = -60;

type Listener = (levels: CallLevels | undefined) => void;

/** How far a meter goes out, 0 to 1. */
export const reach = (dbfs: number): number => Math.min(1, Math.max(0, 1 - dbfs / QUIETEST_DBFS));

/** The last second's levels of every talk; meters listen to their own call alone. */
export class LevelStore {
  #calls: ReadonlyMap<string, CallLevels> = new Map();
  #stale: number | undefined;
  readonly #listeners = new Map<string, Set<Listener>>();

  of(contactId: string): CallLevels | undefined {
    return this.#calls.get(contactId);
  }

  /** One second's levels of all talks replace those of the last. */
  take(calls: readonly CallLevels[]): void {
    window.clearTimeout(this.#stale);
    this.#stale = window.setTimeout(() => this.#become([]), FRESH_MS);
    this.#become(calls);
  }

  /** Tells the present levels at once, then each second's. */
  on(contactId: string, listener: Listener): () => void {
    const those = this.#listeners.get(contactId) ?? new Set();
    this.#listeners.set(contactId, those.add(listener));
    listener(this.of(contactId));
    return () => {
      those.delete(listener);
      if (those.size === 0) this.#listeners.delete(contactId);
    };
  }

  close(): void {
    window.clearTimeout(this.#stale);
  }

  #become(calls: readonly CallLevels[]): void {
    this.#calls = new Map(calls.map((call) => [call.contactId, call]));
    for (const [contactId, those] of this.#listeners) for (const listener of those) listener(this.#calls.get(contactId));
  }
}
