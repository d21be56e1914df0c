/** Keys of what is kept for a person rather than for this browser begin like this. */
export const OF_PERSONS = "sasayaki.drafts.";

/** Takes what people wrote out of this browser; how it looks, its language and its devices stay. */
export function forgetPerson(): void {
  for (const key of Object.keys(localStorage)) if (key.startsWith(OF_PERSONS)) localStorage.removeItem(key);
}
