let token = "";
let storage = "";

/** The present session's CSRF token; empty before sign-in. */
export const csrfToken = (): string => token;

/** With what the present person's texts are sealed that this browser keeps (32 bytes in base64); empty before sign-in. */
export const storageKey = (): string => storage;

/** Keeps what came with the session, in memory alone. */
export function keepKeys(given: { readonly csrf: string; readonly storageKey: string }): void {
  token = given.csrf;
  storage = given.storageKey;
}
