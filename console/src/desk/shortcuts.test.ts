import { describe, expect, it } from "vitest";

import { actOf, KEYS, type Pressed, writes } from "./shortcuts";

const press = (key: string, change: Partial<Pressed> = {}): Pressed => ({
  key,
  repeat: false,
  isComposing: false,
  ctrlKey: false,
  altKey: false,
  metaKey: false,
  ...change,
});

describe("shortcuts", () => {
  it("mean one thing each", () => {
    expect(new Set(KEYS.map((each) => each.key)).size).toBe(KEYS.length);
  });

  it("are the same with capitals", () => {
    expect(actOf(press("M"), false)).toBe("mute");
  });

  it("choose a reason by its number", () => {
    expect(actOf(press("3"), false)).toEqual({ reason: 3 });
  });

  it.each(KEYS.filter((each) => each.act !== "alert"))("$key fires nothing while one writes", ({ key }) => {
    expect(actOf(press(key), true)).toBeUndefined();
  });

  it("call for help even while one writes, for that key writes nothing", () => {
    expect(actOf(press("F9"), true)).toBe("alert");
  });

  it("leave the keys of an input method, of the browser and of a held finger alone", () => {
    expect(actOf(press("F9", { isComposing: true }), true)).toBeUndefined();
    expect(actOf(press("r", { ctrlKey: true }), false)).toBeUndefined();
    expect(actOf(press("m", { repeat: true }), false)).toBeUndefined();
  });

  it("know where one writes", () => {
    document.body.innerHTML = `<textarea></textarea><input /><input type="checkbox" /><button></button>`;
    expect([...document.body.children].map((each) => writes(each))).toEqual([true, true, false, false]);
  });
});
