import { xchacha20poly1305 } from "@noble/ciphers/chacha.js";
import { managedNonce } from "@noble/ciphers/utils.js";

import { storageKey } from "./keys";

const KEY_BYTES = 32;
const cipher = managedNonce(xchacha20poly1305);

const bytesOf = (text: string): Uint8Array => Uint8Array.from(atob(text), (each) => each.charCodeAt(0));

function keyBytes(): Uint8Array | undefined {
  try {
    const key = bytesOf(storageKey());
    return key.length === KEY_BYTES ? key : undefined;
  } catch {
    return undefined;
  }
}

/** Keeps a text in this browser so that nobody reads it who is not signed in as this person; without a key nothing is kept. */
export function keepSealed(under: string, text: string): void {
  const key = keyBytes();
  if (!key) return;
  const sealed = cipher(key).encrypt(new TextEncoder().encode(text));
  localStorage.setItem(under, btoa(String.fromCharCode(...sealed)));
}

/** The text that was kept; undefined: there is none, or it is not this person's to read. */
export function keptSealed(under: string): string | undefined {
  const key = keyBytes();
  const sealed = localStorage.getItem(under);
  if (!key || !sealed) return undefined;
  try {
    return new TextDecoder().decode(cipher(key).decrypt(bytesOf(sealed)));
  } catch {
    return undefined;
  }
}
