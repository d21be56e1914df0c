import { describe, expect, it } from "vitest";

import { ageInParts, type Handover, ordered, standingOf } from "./standing";

const NOW = Date.parse("2026-11-22T01:00:00Z");
const hours = (count: number): string => new Date(NOW + count * 3_600_000).toISOString();

function handover(handoverId: string, change: Partial<Handover> = {}): Handover {
  return { handoverId, contactId: "con_1", clientId: "cli_acme", userId: "usr_1", gist: "", detail: "", reasonId: "", takenBy: "", read: false, writtenAt: hours(-1), expiresAt: hours(100), ...change };
}

describe("an open handover", () => {
  it("is overdue when nobody took it for a day, whoever may have read it", () => {
    expect(standingOf(handover("1", { writtenAt: hours(-24) }), NOW)).toBe("overdue");
    expect(standingOf(handover("1", { writtenAt: hours(-23.9) }), NOW)).toBe("open");
    expect(standingOf(handover("1", { writtenAt: hours(-24), takenBy: "usr_2" }), NOW)).toBe("taken");
    expect(standingOf(handover("1", { writtenAt: hours(-24), read: true }), NOW)).toBe("overdue");
  });
  it("ends soon when it is shown for less than a day, taken or not", () => {
    expect(standingOf(handover("1", { expiresAt: hours(23) }), NOW)).toBe("ending");
    expect(standingOf(handover("1", { expiresAt: hours(23), takenBy: "usr_2" }), NOW)).toBe("ending");
    expect(standingOf(handover("1", { expiresAt: hours(25) }), NOW)).toBe("open");
  });
});

describe("the list", () => {
  it("has the overdue first, the oldest of them before all, and what somebody deals with last", () => {
    const listed = [
      handover("taken", { takenBy: "usr_2", writtenAt: hours(-90) }),
      handover("new", { writtenAt: hours(-1) }),
      handover("later", { expiresAt: hours(20) }),
      handover("sooner", { expiresAt: hours(2) }),
      handover("two days", { writtenAt: hours(-48) }),
      handover("three days", { writtenAt: hours(-72) }),
      handover("older", { writtenAt: hours(-5) }),
    ];
    expect(ordered(listed, NOW).map((each) => each.handoverId)).toEqual(["three days", "two days", "sooner", "later", "older", "new", "taken"]);
  });
  it("leaves out what has expired since it was read", () => {
    expect(ordered([handover("1", { expiresAt: hours(0) })], NOW)).toEqual([]);
  });
});

it("an age is days, hours and minutes", () => {
  expect(ageInParts(((2 * 24 + 3) * 60 + 4) * 60_000 + 59_000)).toEqual({ days: 2, hours: 3, minutes: 4 });
});
