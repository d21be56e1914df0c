import { describe, expect, it } from "vitest";

import acme from "../../../seed/flows/acme.yaml?raw";
import { heightOf, placed, WIDTH, widthOf, WORDS_HEIGHT } from "./layout";
import { type Edge, flowOf } from "./steps";

interface Box {
  readonly what: string;
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

const japanese = ({ key, reasonId, way }: Edge) => [`${key}を押す、${way}`, ...(reasonId ? ["その他のお問い合わせ・ご契約"] : [])];

const meet = (one: Box, other: Box) => one.left < other.left + other.width && other.left < one.left + one.width && one.top < other.top + other.height && other.top < one.top + one.height;

function boxesOf(source: string): readonly Box[] {
  const flow = flowOf(source);
  const { steps, lines } = placed(flow, japanese);
  const ofSteps = flow.steps.map((step) => ({ what: step.name, left: steps.get(step.name)?.x ?? 0, top: steps.get(step.name)?.y ?? 0, width: WIDTH, height: heightOf(step) }));
  const ofWords = lines
    .filter(({ words }) => words.length > 0)
    .map(({ id, words, at }) => {
      const [width, height] = [Math.max(...words.map(widthOf)), words.length * WORDS_HEIGHT];
      return { what: id, left: at.x - width / 2, top: at.y - height / 2, width, height };
    });
  return [...ofSteps, ...ofWords];
}

describe("a flow's graph", () => {
  it("has steps and words that do not cover each other, in Japanese too", () => {
    const boxes = boxesOf(acme);
    expect(boxes.length).toBeGreaterThan(30);
    const covered = boxes.flatMap((one, at) => boxes.slice(at + 1).flatMap((other) => (meet(one, other) ? [`${one.what} × ${other.what}`] : [])));
    expect(covered).toEqual([]);
  });
  it("has one line with all words between the same two steps", () => {
    const flow = flowOf("start: menu\nsteps:\n  menu: {kind: menu, keys: {1: {next: bye}, 2: {next: bye}}, otherwise: bye}\n  bye: {kind: hang_up}\n");
    const { lines } = placed(flow, (edge) => [edge.key || edge.way]);
    expect(lines.map(({ words, otherwise }) => [words, otherwise])).toEqual([[["1", "2", "otherwise"], false]]);
  });
});
