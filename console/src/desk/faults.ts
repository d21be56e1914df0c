import { Refused } from "../api/client";

/** The form's field that a refused wrap-up names, `answers[<key>]: …`; undefined when it names none of the form. */
export function fieldOf(error: unknown, keys: readonly string[]): string | undefined {
  if (!(error instanceof Refused) || error.refusal.code !== "INVALID_ARGUMENT") return undefined;
  const named = /^answers\[([^\]]*)\]: /u.exec(error.refusal.message)?.[1];
  return keys.find((key) => key === named);
}
