/** What a person chose for their phone in this browser. */
export interface PhoneSettings {
  /** Whether this browser is their phone from sign-in on. */
  readonly use: boolean;
  /** Device ids; empty: as the system says. */
  readonly microphone: string;
  readonly speaker: string;
  /** The customer in the left ear, the whispering supervisor in the right one. */
  readonly twoEars: boolean;
}

const KEPT_UNDER = "sasayaki.phone";
const FIRST: PhoneSettings = { use: false, microphone: "", speaker: "", twoEars: false };

/** What is kept in this browser; a first choice where nothing is. */
export function keptSettings(): PhoneSettings {
  try {
    return { ...FIRST, ...(JSON.parse(localStorage.getItem(KEPT_UNDER) ?? "{}") as Partial<PhoneSettings>) };
  } catch {
    return FIRST;
  }
}

export const keepSettings = (settings: PhoneSettings): void => localStorage.setItem(KEPT_UNDER, JSON.stringify(settings));
