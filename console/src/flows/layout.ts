import { graphlib, layout } from "@dagrejs/dagre";

import type { Edge, Flow, Step } from "./steps";

interface Point {
  readonly x: number;
  readonly y: number;
}

/** A way from one step to another; edges between the same two steps are one with all their words. */
export interface Line {
  readonly id: string;
  readonly source: string;
  readonly target: string;
  /** Its words, line by line; none where there is only one way on. */
  readonly words: readonly string[];
  readonly otherwise: boolean;
  /** An SVG path from the one step to the other. */
  readonly path: string;
  /** The middle of its words. */
  readonly at: Point;
}

interface Placed {
  /** The upper left corner of each step. */
  readonly steps: ReadonlyMap<string, Point>;
  readonly lines: readonly Line[];
}

export const WIDTH = 180;
/** Height of a line of an edge's words. */
export const WORDS_HEIGHT = 20;
const LINE_HEIGHT = 21;
/** How far from a step's corner lines begin and end. */
const CORNER = 14;

export const heightOf = (step: Step): number => 64 + LINE_HEIGHT * (Math.min(2, step.prompts.length) + (step.facts.length > 0 ? 1 : 0));

/** About as wide as words are drawn: Japanese characters are twice as wide as others. */
export const widthOf = (words: string): number => [...words].reduce((sum, char) => sum + ((char.codePointAt(0) ?? 0) > 0x2e7f ? 15.5 : 8.5), 12);

type Drawn = Omit<Line, "path" | "at">;

function drawn(flow: Flow, wordsOf: (edge: Edge) => readonly string[]): readonly Drawn[] {
  const names = new Set(flow.steps.map((step) => step.name));
  const lines = new Map<string, Drawn>();
  for (const step of flow.steps)
    for (const edge of step.edges) {
      if (!names.has(edge.to)) continue;
      const id = `${step.name} ${edge.to}`;
      const before = lines.get(id);
      const words = step.edges.length === 1 ? [] : wordsOf(edge);
      const otherwise = edge.way === "otherwise" && (before?.otherwise ?? true);
      lines.set(id, { id, source: step.name, target: edge.to, words: [...(before?.words ?? []), ...words], otherwise });
    }
  return [...lines.values()];
}

/** Places steps from the top to the bottom, and every line's words where they cover neither a step nor other words. */
export function placed(flow: Flow, wordsOf: (edge: Edge) => readonly string[]): Placed {
  const graph = new graphlib.Graph().setGraph({ rankdir: "TB", nodesep: 18, edgesep: 14, ranksep: 34 });
  for (const step of flow.steps) graph.setNode(step.name, { width: WIDTH, height: heightOf(step) });
  const lines = drawn(flow, wordsOf);
  for (const { source, target, words } of lines) {
    const room = words.length > 0 ? { width: Math.max(...words.map(widthOf)), height: words.length * WORDS_HEIGHT } : { width: 0, height: 0 };
    graph.setEdge(source, target, { ...room, labelpos: "c" });
  }
  layout(graph);
  const box = (name: string) => graph.node(name) as Point & { readonly height: number };
  return {
    steps: new Map(flow.steps.map(({ name }) => [name, { x: box(name).x - WIDTH / 2, y: box(name).y - box(name).height / 2 }])),
    lines: lines.map((line) => {
      const edge = graph.edge(line.source, line.target) as { readonly points: readonly Point[]; readonly x?: number; readonly y?: number };
      const inner = edge.points.slice(1, -1);
      const first = inner[0] ?? box(line.target);
      const last = inner.at(-1) ?? box(line.source);
      const points = [edgeOf(box(line.source), first), ...inner, edgeOf(box(line.target), last)];
      return { ...line, path: pathThrough(points), at: { x: edge.x ?? first.x, y: edge.y ?? first.y } };
    }),
  };
}

/** Where a line from or to a point meets a step: on its upper or lower side. */
function edgeOf(box: Point & { readonly height: number }, point: Point): Point {
  const most = WIDTH / 2 - CORNER;
  const aside = Math.max(-most, Math.min(most, point.x - box.x));
  return { x: box.x + aside, y: box.y + (point.y > box.y ? 1 : -1) * (box.height / 2) };
}

/** A line through all points, upright at each of them. */
function pathThrough(points: readonly Point[]): string {
  return points
    .map(({ x, y }, at) => {
      const before = points[at - 1];
      if (!before) return `M${x} ${y}`;
      const half = (before.y + y) / 2;
      return `C${before.x} ${half} ${x} ${half} ${x} ${y}`;
    })
    .join("");
}
