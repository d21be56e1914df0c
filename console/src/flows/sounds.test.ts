import { describe, expect, it } from "vitest";

import { faultOf, missingIn } from "./faults";
import { changedSounds, partsOf, plays, type Prompt, soundsOf, versionOf } from "./sounds";
import { flowOf } from "./steps";

const ONE = "1".repeat(64);
const TWO = "2".repeat(64);
const MENTIONED = flowOf(`start: a
languages: [ja, en]
steps:
  a: {kind: announce, prompt: guidance, next: menu}
  menu:
    kind: menu
    prompt: {ja: menu, en: english_menu}
    again: again
    keys: {1: {next: prompt}, 2: {next: q}}
    otherwise: prompt
  prompt: {kind: hang_up}
  n: {kind: ask, prompt: number, keep: phone, read_back: {before: number_before, after: number_after}, next: q, otherwise: q}
  q: {kind: route, queue: que_a, wait: {music: wait_music, position: true, offer: {prompt: offer, key: 1, next: a}}}
`).mentioned;

const prompt = (name: string, ...sounds: readonly string[]): Prompt => ({
  name,
  versions: sounds.map((sha256, at) => ({ version: sounds.length - at, sha256, lengthMs: 1_000, putBy: "usr_mgr" })),
});

describe("what a flow plays", () => {
  it("is every sound that its steps name, wherever, and no step's name", () => {
    expect([...MENTIONED.names].sort()).toEqual(["again", "english_menu", "guidance", "menu", "number", "number_after", "number_before", "offer", "wait_music"]);
  });
  it("is what its steps say of themselves, too", () => {
    expect([MENTIONED.inQueue, MENTIONED.back]).toEqual([true, true]);
    for (const name of ["number_7", "number_12_en", "position_before_ja", "digit_0"]) expect(plays(MENTIONED, name)).toBe(true);
    const plain = flowOf("steps:\n  a: {kind: announce, prompt: hello, next: a}\n").mentioned;
    for (const name of ["number_7", "digit_0"]) expect(plays(plain, name)).toBe(false);
  });
  it("is nothing in a language that it does not speak, unless it says so", () => {
    const japanese = flowOf("steps:\n  a: {kind: announce, prompt: hello, next: b}\n  b: {kind: announce, prompt: bye_en, next: a}\n").mentioned;
    expect(["hello", "hello_ja", "hello_en", "bye_en"].map((name) => plays(japanese, name))).toEqual([true, true, false, true]);
  });
  it("is a name in each language", () => {
    expect(["menu", "menu_ja", "menu_en", "menus", "english_menu"].map((name) => plays(MENTIONED, name))).toEqual([true, true, true, false, true]);
    expect(partsOf("menu_en")).toEqual({ stem: "menu", language: "en" });
    expect(partsOf("wait_music")).toEqual({ stem: "wait_music", language: undefined });
  });
});

describe("a draft's sounds", () => {
  const library = [prompt("menu", TWO, ONE), prompt("offer", TWO), prompt("strange", TWO)];
  it("stay those of its version, though there are newer ones", () => {
    expect(soundsOf({ menu: ONE }, library, {}, MENTIONED)["menu"]).toBe(ONE);
  });
  it("are those that were chosen for it", () => {
    expect(soundsOf({ menu: ONE }, library, { menu: TWO }, MENTIONED)["menu"]).toBe(TWO);
  });
  it("are the company's latest for what it names anew, and no more than it names", () => {
    expect(soundsOf({ menu: ONE }, library, {}, MENTIONED)).toEqual({ menu: ONE, offer: TWO });
  });
  it("that differ from the live ones are told before publishing", () => {
    expect(changedSounds({ menu: ONE, offer: TWO, strange: ONE }, { menu: TWO, offer: TWO, strange: TWO, again: ONE }, MENTIONED)).toEqual(["again", "menu"]);
  });
  it("are versions of a name, or none of it", () => {
    expect([versionOf(library[0], ONE), versionOf(library[0], TWO), versionOf(library[0], "x"), versionOf(undefined, ONE)]).toEqual([1, 2, 0, 0]);
  });
});

describe("a missing sound", () => {
  it("is known by its name", () => {
    expect(missingIn(faultOf("source", "line 3: steps.menu.prompt: the request gives no prompt 'menu_en'"))).toBe("menu_en");
    expect(missingIn(faultOf("source", "steps.q: the request gives no prompt 'number_3', which it says"))).toBe("number_3");
  });
  it("can't be put under a name that no sound may have", () => {
    expect(missingIn(faultOf("source", "line 3: the request gives no prompt 'Menu'"))).toBeUndefined();
    expect(missingIn(faultOf("source", "line 3: dead end"))).toBeUndefined();
  });
});
