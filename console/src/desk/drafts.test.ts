import { expect, it } from "vitest";

import { type Draft, DRAFT_MS_MAX, DRAFTS_MOST, withDraft, withoutDraft } from "./drafts";

const draft = (contactId: string, at: number): Draft => ({ contactId, at, answers: { memo: "折返し" }, reasonId: "" });

it("a contact has one draft, the newest", () => {
  expect(withDraft([draft("con_1", 1)], draft("con_1", 2))).toEqual([draft("con_1", 2)]);
});

it("old drafts and too many are forgotten", () => {
  expect(withDraft([draft("con_1", 0)], draft("con_2", DRAFT_MS_MAX))).toHaveLength(1);
  const many = Array.from({ length: DRAFTS_MOST }, (_, at) => draft(`con_${at}`, at));
  expect(withDraft(many, draft("con_x", 99))).toHaveLength(DRAFTS_MOST);
});

it("a form that was sent leaves no draft", () => {
  expect(withoutDraft([draft("con_1", 1), draft("con_2", 1)], "con_1")).toEqual([draft("con_2", 1)]);
});
