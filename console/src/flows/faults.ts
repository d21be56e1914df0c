import { Refused } from "../api/client";

/** What is wrong in a flow's file or its test cases, on which line; line 0: nowhere in particular. */
export interface Fault {
  readonly field: "source" | "tests";
  readonly line: number;
  readonly reason: string;
}

const NO_PROMPT = /the request gives no prompt '([a-z0-9_]{1,64})'/;
const HEAD = /^(source|tests): /;
const LINE = /^line (\d+): (.*)$/s;

/** The faults of a refused flow: `source: line 14: …` and one a line after it. Undefined: it was refused for something else. */
export function faultsOf(error: unknown): readonly Fault[] | undefined {
  if (!(error instanceof Refused)) return undefined;
  const head = HEAD.exec(error.refusal.message);
  if (!head) return undefined;
  const field = head[1] === "tests" ? "tests" : "source";
  return error.refusal.message
    .slice(head[0].length)
    .split("\n")
    .map((text) => faultOf(field, text));
}

/** One line of words, as warnings come too. */
export function faultOf(field: Fault["field"], text: string): Fault {
  const found = LINE.exec(text);
  return found ? { field, line: Number(found[1]), reason: found[2] ?? "" } : { field, line: 0, reason: text };
}

/** The name of the sound that is missing, when that is the fault and a sound may have such a name. */
export const missingIn = (fault: Fault): string | undefined => NO_PROMPT.exec(fault.reason)?.[1];
