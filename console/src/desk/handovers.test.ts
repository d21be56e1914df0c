import { describe, expect, it } from "vitest";

import { BLANK, characters, deedsOf, faultsOf, justWritten, sharesOf, unexpired, unreadOf } from "./handovers";

const OF = { handoverId: "hnd_1", contactId: "con_1", clientId: "cli_acme", userId: "usr_op01" };
const NOON = Date.parse("2026-11-22T03:00:00Z");

describe("handovers", () => {
  it("are counted in characters as people do", () => {
    expect(characters("𠮷野家😀")).toBe(4);
  });

  it("have a gist of 1 to 140 characters, a detail of 1,000 at most, and 1 to 30 days", () => {
    expect(faultsOf({ ...BLANK, gist: "𠮷".repeat(140) })).toEqual({});
    expect(faultsOf(BLANK)).toEqual({ gist: "missing" });
    expect(faultsOf({ gist: "あ".repeat(141), detail: "い".repeat(1_001), validDays: "31" })).toEqual({
      gist: "tooLong",
      detail: "tooLong",
      validDays: "days",
    });
    for (const validDays of ["", "0", "1.5", "-1", "x"]) expect(faultsOf({ gist: "a", detail: "", validDays })).toEqual({ validDays: "days" });
  });

  it("are taken while nobody has, and closed by who took them, or wrote them before", () => {
    expect(deedsOf({ userId: "a", takenBy: "" }, "b")).toEqual({ take: true, close: false });
    expect(deedsOf({ userId: "b", takenBy: "" }, "b")).toEqual({ take: true, close: true });
    expect(deedsOf({ userId: "a", takenBy: "b" }, "b")).toEqual({ take: false, close: true });
    expect(deedsOf({ userId: "b", takenBy: "a" }, "b")).toEqual({ take: false, close: false });
  });

  it("are shown until their instant", () => {
    const one = justWritten({ ...BLANK, gist: "x", validDays: "1" }, OF, NOON);
    expect(one.expiresAt).toBe("2026-11-23T03:00:00.000Z");
    expect(unexpired([one], NOON)).toEqual([one]);
    expect(unexpired([one], NOON + 86_400_000)).toEqual([]);
  });

  it("are whose has taken them, else whose wrote them; each team has its own, the unread first", () => {
    const teams: Record<string, string> = { me: "tea_osaka", mate: "tea_osaka", far: "tea_sendai" };
    const one = (handoverId: string, userId: string, takenBy = "", read = true) => ({ ...justWritten(BLANK, { ...OF, handoverId, userId }, NOON), takenBy, read });
    const listed = [one("1", "me"), one("2", "far", "me"), one("3", "me", "mate"), one("4", "mate", "", false), one("5", "far", "", false), one("6", "me", "far")];
    const shares = sharesOf(listed, { userId: "me", teamId: "tea_osaka" }, (userId) => ({ teamId: teams[userId] ?? "" }));
    expect(Object.entries(shares).map(([whose, those]) => [whose, (those as typeof listed).map((each) => each.handoverId)])).toEqual([
      ["mine", ["1", "2"]],
      ["team", ["4", "3"]],
      ["others", ["5", "6"]],
    ]);
    expect(unreadOf(shares).map((each) => each.handoverId)).toEqual(["4"]);
  });

  it("of people without a team are nobody's team's", () => {
    const listed = [{ ...justWritten(BLANK, { ...OF, userId: "other" }, NOON), read: false }];
    expect(unreadOf(sharesOf(listed, { userId: "me", teamId: "" }, () => ({ teamId: "" })))).toEqual([]);
  });
});
