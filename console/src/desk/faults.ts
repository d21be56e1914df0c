import { Refused } from "../api/client";

/** The form's field that a refusal names; undefined when it names none. */
export function fieldOf(error: unknown, keys: readonly string[]): string | undefined {
  if (!(error instanceof Refused) || error.refusal.code !== "INVALID_ARGUMENT") return undefined;
  const { message } = error.refusal;
  // Longer keys first: one may be the beginning of another.
  return keys.toSorted((a, b) => b.length - a.length).find((key) => new RegExp(`(^|[^A-Za-z0-9_])${key}([^A-Za-z0-9_]|$)`).test(message));
}
