import { beforeEach, expect, it } from "vitest";

import { keepDrafts, keptDrafts } from "../desk/drafts";
import { forgetPerson, OF_PERSONS } from "./forgetting";
import { keepKeys } from "./keys";

const DRAFTS = [{ contactId: "con_1", answers: { memo: "折返し" }, reasonId: "", at: 1 }];
const keyOf = (letter: string) => ({ csrf: "token", storageKey: btoa(letter.repeat(32)) });

beforeEach(() => {
  localStorage.clear();
  keepKeys(keyOf("a"));
});

it("what a person wrote is kept in the browser, and nobody reads it there", () => {
  keepDrafts("usr_op01", DRAFTS);

  expect(keptDrafts("usr_op01")).toEqual(DRAFTS);
  const kept = localStorage.getItem(`${OF_PERSONS}usr_op01`) ?? "";
  expect(atob(kept)).not.toContain("memo");
  expect(kept).not.toContain("con_1");
});

it("nobody else who signs in reads it, nor a page before anybody has", () => {
  keepDrafts("usr_op01", DRAFTS);

  keepKeys(keyOf("b"));
  expect(keptDrafts("usr_op01")).toEqual([]);
  keepKeys({ csrf: "", storageKey: "" });
  expect(keptDrafts("usr_op01")).toEqual([]);
});

it("without a key nothing is kept", () => {
  keepKeys({ csrf: "token", storageKey: "short" });
  keepDrafts("usr_op01", DRAFTS);

  expect(localStorage.length).toBe(0);
});

it("who signs out leaves nothing in the browser that they wrote, and the language stays", () => {
  keepDrafts("usr_op01", DRAFTS);
  localStorage.setItem("sasayaki.language", "en");

  forgetPerson();

  expect(keptDrafts("usr_op01")).toEqual([]);
  expect(Object.keys(localStorage)).toEqual(["sasayaki.language"]);
});
