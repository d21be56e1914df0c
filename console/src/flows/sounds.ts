import type { components } from "../contract/api";
import type { Prompts } from "./service";
import type { Mentioned } from "./steps";

type Schemas = components["schemas"];
/** A name and its sounds, the newest first. */
export type Prompt = Schemas["Prompt"];
export type PromptVersion = Schemas["PromptVersion"];

/** What the gateway takes, in bytes: two minutes of a telephone's sound and a little. */
export const BYTES_MOST = 2 * 1024 * 1024;
export const SECONDS_MOST = 120;
export const NAME = /^[a-z0-9_]{1,64}$/;

const LANGUAGE = /^(.+)_(ja|en)$/;
/** Names of what steps say of themselves: places in the queue, minutes, digits that are read back. */
const SAID_IN_QUEUE = /^(number_\d+|position_(before|after)|minutes_(before|after|over))$/;
const SAID_BACK = /^digit_\d$/;

/** A name without its language, and the language; none: it is the same in all, or the company speaks one. */
export function partsOf(name: string): { readonly stem: string; readonly language: "ja" | "en" | undefined } {
  const found = LANGUAGE.exec(name);
  return found ? { stem: found[1] ?? name, language: found[2] === "en" ? "en" : "ja" } : { stem: name, language: undefined };
}

/** Whether a flow plays the sound of a name. */
export function plays({ names, inQueue, back, languages }: Mentioned, name: string): boolean {
  const { stem, language } = partsOf(name);
  if (names.has(name)) return true;
  if (language !== undefined && !languages.has(language)) return false;
  return names.has(stem) || (inQueue && SAID_IN_QUEUE.test(stem)) || (back && SAID_BACK.test(stem));
}

export const latest = (prompt: Prompt): PromptVersion | undefined => prompt.versions[0];

/**
 * What a draft's names stand for: what was chosen for it, else what its version had, else the company's latest sound.
 * Only names that the draft plays are added: a flow may be sent with 200.
 */
export function soundsOf(before: Prompts, library: readonly Prompt[], chosen: Prompts, mentioned: Mentioned): Prompts {
  const added = library.flatMap((prompt) => {
    const newest = latest(prompt);
    return newest && plays(mentioned, prompt.name) ? [[prompt.name, newest.sha256] as const] : [];
  });
  return { ...Object.fromEntries(added), ...before, ...chosen };
}

/** Which version of a name a sound is; 0: none of them. */
export const versionOf = (prompt: Prompt | undefined, sha256: string | undefined): number =>
  prompt?.versions.find((each) => each.sha256 === sha256)?.version ?? 0;

/** The names that a draft plays with another sound than what is live does, and those that are new. */
export function changedSounds(live: Prompts, draft: Prompts, mentioned: Mentioned): readonly string[] {
  return Object.keys(draft)
    .filter((name) => plays(mentioned, name) && draft[name] !== live[name])
    .sort();
}
