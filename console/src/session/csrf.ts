let token = "";

/** The present session's CSRF token; empty before sign-in. */
export const csrfToken = (): string => token;

/** Keeps the token that came with the session. */
export function keepCsrfToken(given: string): void {
  token = given;
}
