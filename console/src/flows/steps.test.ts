import { describe, expect, it } from "vitest";

import { Refused } from "../api/client";
import { changesOf } from "./changes";
import { faultsOf } from "./faults";
import { flowOf, inOrder, stepAt } from "./steps";

const SOURCE = `flow: flw_acme
start: menu
steps:
  bye: {kind: hang_up}
  menu:
    kind: menu
    prompt: {ja: menu, en: english_menu}
    keys:
      1: {reason: rsn_billing, next: billing}
      "*": {next: menu}
    otherwise: bye

  billing:
    kind: route
    queue: que_billing
    skills: [billing]
    wait: {music: wait_music, offer: {prompt: offer, key: 2, next: bye}}
  lonely: {kind: announce, prompt: thanks, next: nowhere}
`;

describe("a flow's file", () => {
  const flow = flowOf(SOURCE);
  const step = (name: string) => flow.steps.find((each) => each.name === name);
  it("becomes steps with the lines on which they stand", () => {
    expect(flow.steps.map((each) => [each.name, each.kind, each.firstLine, each.lastLine])).toEqual([
      ["bye", "hang_up", 4, 4],
      ["menu", "menu", 5, 11],
      ["billing", "route", 13, 17],
      ["lonely", "announce", 18, 18],
    ]);
    expect(stepAt(flow, 9)?.name).toBe("menu");
    expect(stepAt(flow, 2)).toBeUndefined();
  });
  it("has an edge for each key and outcome", () => {
    expect(step("menu")?.edges.map((edge) => [edge.way, edge.key, edge.reasonId, edge.to])).toEqual([
      ["key", "1", "rsn_billing", "billing"],
      ["key", "*", "", "menu"],
      ["otherwise", "", "", "bye"],
    ]);
    expect(step("billing")?.edges).toEqual([{ way: "offer", key: "2", reasonId: "", to: "bye" }]);
  });
  it("says what callers hear and where they come", () => {
    expect(step("menu")?.prompts).toEqual(["ja: menu", "en: english_menu"]);
    expect([step("billing")?.prompts, step("billing")?.facts]).toEqual([["wait_music"], ["que_billing", "billing"]]);
  });
  it("is listed as callers come to its steps, those that nobody reaches last", () => {
    expect(inOrder(flow).map((each) => each.name)).toEqual(["menu", "billing", "bye", "lonely"]);
  });
  it("that is no YAML says on which line", () => {
    expect(flowOf("flow: x\nsteps: {a: [}\n").broken?.line).toBe(2);
  });
  it("of anything else has no steps", () => {
    expect([flowOf("").steps, flowOf("steps: 3").steps, flowOf("- 1").steps]).toEqual([[], [], []]);
  });
});

describe("a refusal", () => {
  const refused = (message: string) => new Refused(400, { code: "INVALID_ARGUMENT", reason: "", message });
  it("of a faulty flow has each fault's line", () => {
    expect(faultsOf(refused("source: line 14: no queue 'que_vip'\nline 20: dead end\nand 3 more"))).toEqual([
      { field: "source", line: 14, reason: "no queue 'que_vip'" },
      { field: "source", line: 20, reason: "dead end" },
      { field: "source", line: 0, reason: "and 3 more" },
    ]);
  });
  it("for anything else has none", () => {
    expect(faultsOf(refused("client_id: must be given"))).toBeUndefined();
  });
});

describe("changes", () => {
  it("name steps and count lines", () => {
    const after = SOURCE.replace("  lonely: {kind: announce, prompt: thanks, next: nowhere}\n", "  new: {kind: hang_up}\n").replace("que_billing", "que_desk");
    expect(changesOf({ flow: flowOf(SOURCE), source: SOURCE }, { flow: flowOf(after), source: after })).toEqual({ added: ["new"], removed: ["lonely"], changed: ["billing"], linesAdded: 2, linesRemoved: 2 });
  });
});
