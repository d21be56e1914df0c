import type { Flow, Step } from "./steps";

/** What publishing would change. */
export interface Changes {
  readonly added: readonly string[];
  readonly removed: readonly string[];
  readonly changed: readonly string[];
  readonly linesAdded: number;
  readonly linesRemoved: number;
}

/** The difference of two files: of their steps by what stands in them, of their lines by the longest common part. */
export function changesOf(before: { readonly flow: Flow; readonly source: string }, after: { readonly flow: Flow; readonly source: string }): Changes {
  const old = textsOf(before.flow, before.source);
  const now = textsOf(after.flow, after.source);
  const [was, is] = [before.source.split("\n"), after.source.split("\n")];
  const common = commonLines(was, is);
  return {
    added: [...now.keys()].filter((name) => !old.has(name)),
    removed: [...old.keys()].filter((name) => !now.has(name)),
    changed: [...now.keys()].filter((name) => old.has(name) && old.get(name) !== now.get(name)),
    linesAdded: is.length - common,
    linesRemoved: was.length - common,
  };
}

function textsOf(flow: Flow, source: string): ReadonlyMap<string, string> {
  const lines = source.split("\n");
  const text = (step: Step) => lines.slice(step.firstLine - 1, step.lastLine).map((line) => line.trim()).join("\n");
  return new Map(flow.steps.map((step) => [step.name, text(step)]));
}

/** How many lines two files have in common, in order. Files have 64 KiB at most, so a table of lines is small enough. */
function commonLines(a: readonly string[], b: readonly string[]): number {
  let row = new Uint32Array(b.length + 1);
  for (const line of a) {
    const next = new Uint32Array(b.length + 1);
    for (let at = 0; at < b.length; at += 1) next[at + 1] = line === b[at] ? (row[at] ?? 0) + 1 : Math.max(row[at + 1] ?? 0, next[at] ?? 0);
    row = next;
  }
  return row[b.length] ?? 0;
}
