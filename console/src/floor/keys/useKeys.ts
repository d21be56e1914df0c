import { useEffect, useRef } from "react";

/** What a key does; Escape and ? work even when single keys are switched off. */
export type KeyMap = Readonly<Record<string, () => void>>;

const ALWAYS = new Set(["Escape", "?"]);
const WRITES = "input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable]";

/** Single keys for the whole page, but not where somebody writes or a dialogue is open. */
export function useKeys(keys: KeyMap, on: boolean): void {
  const present = useRef({ keys, on });
  present.current = { keys, on };
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
      const target = event.target instanceof Element ? event.target : undefined;
      if (target?.closest(WRITES) || target?.closest("[role=dialog]")) return;
      const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
      if (!present.current.on && !ALWAYS.has(key)) return;
      const act = present.current.keys[key];
      if (!act) return;
      event.preventDefault();
      act();
    };
    document.addEventListener("keydown", press);
    return () => document.removeEventListener("keydown", press);
  }, []);
}
