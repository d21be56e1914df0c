/** What a key does at the desk. */
export type Act =
  | "list"
  | "answer"
  | "put_down"
  | "mute"
  | "hold"
  | "card_pause"
  | "alert"
  | "transfer"
  | "keypad"
  | "ready"
  | "away"
  | "search"
  | "form"
  | "handovers"
  | "write_handover"
  | "reason_up"
  | { readonly reason: number };

/** In the order of the list that `?` shows; the alert's key works everywhere, for it writes nothing in a field. */
export const KEYS: readonly { readonly key: string; readonly act: Exclude<Act, object> }[] = [
  { key: "?", act: "list" },
  { key: "a", act: "answer" },
  { key: "x", act: "put_down" },
  { key: "m", act: "mute" },
  { key: "h", act: "hold" },
  { key: "p", act: "card_pause" },
  { key: "F9", act: "alert" },
  { key: "r", act: "transfer" },
  { key: "t", act: "keypad" },
  { key: "d", act: "ready" },
  { key: "w", act: "away" },
  { key: "k", act: "search" },
  { key: "f", act: "form" },
  { key: "g", act: "handovers" },
  { key: "n", act: "write_handover" },
  { key: "0", act: "reason_up" },
];

/** Talk-back is on while this one is held. */
export const TALK_BACK_KEY = "b";

export interface Pressed {
  readonly key: string;
  readonly repeat: boolean;
  readonly isComposing: boolean;
  readonly ctrlKey: boolean;
  readonly altKey: boolean;
  readonly metaKey: boolean;
}

/** Whether a key may mean something else than what it writes. */
export const mayFire = (pressed: Pressed, inField: boolean): boolean =>
  !pressed.isComposing && !pressed.ctrlKey && !pressed.altKey && !pressed.metaKey && (!inField || pressed.key === "F9");

/** What a key press does; undefined when it is none of the desk's. */
export function actOf(pressed: Pressed, inField: boolean): Act | undefined {
  if (pressed.repeat || !mayFire(pressed, inField)) return undefined;
  if (/^[1-9]$/.test(pressed.key)) return { reason: Number(pressed.key) };
  const key = pressed.key.length === 1 ? pressed.key.toLowerCase() : pressed.key;
  return KEYS.find((each) => each.key === key)?.act;
}

/** Whether keys write where the focus is. */
export function writes(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target.isContentEditable || target.closest("[role=listbox], [role=combobox], [role=menu]")) return true;
  return target.matches("textarea, select, input:not([type=checkbox], [type=radio], [type=button])");
}
