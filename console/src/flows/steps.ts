import { isMap, isScalar, LineCounter, parseDocument } from "yaml";

/** How a flow goes on from a step. */
export type Way = "next" | "key" | "otherwise" | "open" | "closed" | "case" | "answer" | "offer";

export interface Edge {
  readonly way: Way;
  /** The key, or the beginning of a number, for which it stands. */
  readonly key: string;
  readonly reasonId: string;
  readonly to: string;
}

/** A step of a flow as it is drawn and listed. */
export interface Step {
  readonly name: string;
  readonly kind: string;
  /** Lines of the file, from 1, both inclusive. */
  readonly firstLine: number;
  readonly lastLine: number;
  /** What the caller hears, by the prompts' names. */
  readonly prompts: readonly string[];
  /** Queue, number, reason, skills: what else there is to say. */
  readonly facts: readonly string[];
  readonly edges: readonly Edge[];
}

/** What of a company's sounds a flow plays. */
export interface Mentioned {
  /** As the file names them, with or without a language. */
  readonly names: ReadonlySet<string>;
  /** Places and minutes are said in the queue. */
  readonly inQueue: boolean;
  /** Digits are read back. */
  readonly back: boolean;
  /** Those that the flow speaks. */
  readonly languages: ReadonlySet<string>;
}

export interface Flow {
  readonly start: string;
  readonly steps: readonly Step[];
  readonly mentioned: Mentioned;
  /** What kept the file from being read, with its line; then there may be no steps. */
  readonly broken: { readonly line: number; readonly reason: string } | undefined;
}

type Mapping = Readonly<Record<string, unknown>>;

const PROMPTS = ["prompt", "again", "tone"] as const;
/** As the service's PROMPT_FIELDS, wherever in a step. */
const SOUNDS: ReadonlySet<string> = new Set([...PROMPTS, "before", "after", "music"]);
const NOTHING: Mentioned = { names: new Set(), inQueue: false, back: false, languages: new Set() };
const FACTS = ["queue", "number", "reason", "language", "by", "keep"] as const;

const isMapping = (value: unknown): value is Mapping => typeof value === "object" && value !== null && !Array.isArray(value);
const mapping = (value: unknown): Mapping => (isMapping(value) ? value : {});
const word = (value: unknown): string => (typeof value === "string" || typeof value === "number" || typeof value === "boolean" ? String(value) : "");

/** Reads as much of a flow's YAML as can be drawn. What is wrong in it, the service says. */
export function flowOf(source: string): Flow {
  const lines = new LineCounter();
  const document = parseDocument(source, { lineCounter: lines, uniqueKeys: false, maxAliasCount: 0 } as object);
  const error = document.errors[0];
  if (error) return { start: "", steps: [], mentioned: NOTHING, broken: { line: lines.linePos(error.pos[0]).line, reason: error.message.split("\n")[0] ?? "" } };
  const tree = mapping(document.toJS());
  const steps = document.get("steps");
  const ranges = isMap(steps)
    ? steps.items.map((pair) => {
        const key = isScalar(pair.key) ? pair.key : undefined;
        const from = lines.linePos(key?.range?.[0] ?? 0).line;
        const value = pair.value as { range?: readonly number[] | null } | null;
        const end = value?.range?.[1] ?? key?.range?.[1] ?? 0;
        return { name: word(key?.value), from, until: Math.max(from, lines.linePos(Math.max(0, end - 1)).line) };
      })
    : [];
  const contents = mapping(tree["steps"]);
  return { start: word(tree["start"]), steps: ranges.map(({ name, from, until }) => stepOf(name, mapping(contents[name]), from, until)), mentioned: mentionedIn(contents, tree["languages"]), broken: undefined };
}

function stepOf(name: string, step: Mapping, firstLine: number, lastLine: number): Step {
  const music = mapping(step["wait"])["music"];
  const skills = Array.isArray(step["skills"]) ? step["skills"].map(word) : [];
  return {
    name,
    kind: word(step["kind"]),
    firstLine,
    lastLine,
    prompts: [...PROMPTS.map((field) => step[field]), music].flatMap(promptsOf),
    facts: [...FACTS.map((field) => word(step[field])).filter(Boolean), ...skills],
    edges: edgesOf(step),
  };
}

function mentionedIn(steps: Mapping, languages: unknown): Mentioned {
  const names = new Set<string>();
  const found = { inQueue: false, back: false };
  const look = (part: Mapping): void => {
    for (const [field, value] of Object.entries(part)) {
      if (SOUNDS.has(field)) for (const name of isMapping(value) ? Object.values(value) : [value]) names.add(word(name));
      else if (isMapping(value)) look(value);
      found.inQueue ||= field === "wait" && isMapping(value) && (value["position"] === true || value["minutes"] === true);
      found.back ||= field === "read_back" && isMapping(value);
    }
  };
  // Names of steps and of what they lead to are no names of sounds.
  for (const step of Object.values(steps)) look({ ...mapping(step), keys: undefined, ways: undefined, calendar: undefined });
  return { names, ...found, languages: new Set(Array.isArray(languages) ? languages.map(word) : ["ja"]) };
}

/** A prompt's name, or the names of each language. */
function promptsOf(value: unknown): readonly string[] {
  if (isMapping(value)) return Object.entries(value).map(([language, name]) => `${language}: ${word(name)}`);
  return word(value) ? [word(value)] : [];
}

function edgesOf(step: Mapping): readonly Edge[] {
  const edge = (way: Way, to: unknown, key = "", reasonId = ""): readonly Edge[] => (word(to) ? [{ way, key, reasonId, to: word(to) }] : []);
  const keys = Object.entries(mapping(step["keys"])).flatMap(([key, choice]) => edge("key", mapping(choice)["next"], key, word(mapping(choice)["reason"])));
  const ways = Object.entries(mapping(step["ways"])).flatMap(([key, to]) => edge("case", to, key));
  const offer = mapping(mapping(step["wait"])["offer"]);
  return [
    ...keys,
    ...ways,
    ...edge("open", step["open"]),
    ...edge("closed", step["closed"]),
    ...edge("next", step["next"]),
    ...edge("answer", step["on_answer"]),
    ...edge("offer", offer["next"], word(offer["key"] ?? "1")),
    ...edge("otherwise", step["otherwise"]),
  ];
}

/** The step on whose lines something stands. */
export const stepAt = (flow: Flow, line: number): Step | undefined => flow.steps.find((step) => step.firstLine <= line && line <= step.lastLine);

/** Steps in the order in which a caller may come to them; those that nobody reaches last. */
export function inOrder(flow: Flow): readonly Step[] {
  const byName = new Map(flow.steps.map((step) => [step.name, step]));
  const reached = new Set<string>();
  const open = [flow.start];
  for (let name = open.shift(); name !== undefined; name = open.shift()) {
    if (reached.has(name) || !byName.has(name)) continue;
    reached.add(name);
    open.push(...(byName.get(name)?.edges.map((edge) => edge.to) ?? []));
  }
  const first = [...reached].flatMap((name) => byName.get(name) ?? []);
  return [...first, ...flow.steps.filter((step) => !reached.has(step.name))];
}
