import { describe, expect, it } from "vitest";

import { type Account, changesOf, draftOf, EMPTY, found, newOf } from "./accounts";

const SATO: Account = { userId: "usr_op01", name: "佐藤 美咲", furigana: "さとう みさき", nameEn: "Misaki Sato", role: "operator", teamId: "tea_osaka", clientIds: ["cli_acme", "cli_hana"], disabled: false, hasPassword: true, passwordIsInitial: false, hasSubject: false };

describe("a change", () => {
  it("holds only what differs", () => {
    expect(changesOf(SATO, { ...draftOf(SATO), role: "supervisor" })).toEqual({ role: "supervisor" });
  });
  it("is empty for the same client companies in another order", () => {
    expect(changesOf(SATO, { ...draftOf(SATO), clientIds: ["cli_hana", "cli_acme"] })).toEqual({});
  });
});

describe("a new account", () => {
  it("gets the prefix of user ids and no empty password", () => {
    const account = newOf({ ...EMPTY, userId: "op99", name: "新 人" });
    expect(account.userId).toBe("usr_op99");
    expect("password" in account).toBe(false);
  });
});

describe("looking for somebody", () => {
  it("goes by furigana too", () => {
    expect(found([SATO], "みさき", "")).toEqual([SATO]);
    expect(found([{ ...SATO, furigana: "サトウ ミサキ" }], "さとうみ", "")).toHaveLength(1);
    expect(found([SATO], "みさき", "manager")).toEqual([]);
  });
});
