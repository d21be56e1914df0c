import { describe, expect, it } from "vitest";

import { ANYTHING, askedOf, isNumber, numberOf } from "./search";

describe("a customer's number", () => {
  it("may be written as people in Japan do", () => {
    expect([numberOf("03-1234-5678"), numberOf("０９０ １２３４ ５６７８"), numberOf("+81312345678")]).toEqual(["+81312345678", "+819012345678", "+81312345678"]);
  });
  it("is checked before it is looked for", () => {
    expect([isNumber(""), isNumber("090-1234-5678"), isNumber("12"), isNumber("なまえ")]).toEqual([true, true, false, false]);
  });
});

describe("what is asked", () => {
  it("leaves out what nobody cares about", () => {
    expect(askedOf(ANYTHING)).toEqual({ pageSize: 50 });
  });
  it("is voicemails alone when they are wanted", () => {
    expect(askedOf({ ...ANYTHING, voicemails: true })).toEqual({ pageSize: 50, voicemails: true });
  });
  it("goes to the end of the last day", () => {
    expect(askedOf({ ...ANYTHING, first: "2026-11-22", last: "2026-11-22" })).toEqual({ pageSize: 50, from: "2026-11-21T15:00:00.000Z", until: "2026-11-22T15:00:00.000Z" });
  });
});
