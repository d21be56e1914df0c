import { describe, expect, it } from "vitest";

import { alert, operator, supervision, talk } from "./examples";
import { heardBy, orderFor, ordered, purposeFor } from "./order";
import type { Seat } from "./seats";

const seat = (more: Partial<Seat> = {}): Seat => ({
  operator: operator("usr_op01"),
  talk: talk("con_1", "usr_op01"),
  hearers: [],
  alerts: [],
  ...more,
});

describe("the purpose of a click", () => {
  it("is help when the operator calls for it", () => {
    expect(purposeFor(seat({ alerts: [alert("alt_1", "usr_op01")] }), "PURPOSE_SAMPLING")).toBe("PURPOSE_HELP");
  });

  it("is else the usual one", () => {
    expect(purposeFor(seat(), "PURPOSE_SAMPLING")).toBe("PURPOSE_SAMPLING");
  });
});

describe("a click on a seat", () => {
  it("starts when its supervisor is on no call", () => {
    expect(orderFor(seat(), undefined, "PURPOSE_QUALITY")).toEqual({ kind: "start", contactId: "con_1", purpose: "PURPOSE_QUALITY" });
  });

  it("asks for nothing when nobody is talked with", () => {
    expect(orderFor(seat({ talk: undefined }), undefined, "PURPOSE_QUALITY").kind).toBe("no_talk");
  });

  it("goes on to the other call for the same purpose", () => {
    const mine = supervision("spv_1", "con_9", "usr_op09");
    expect(orderFor(seat(), mine, "PURPOSE_QUALITY")).toEqual({ kind: "switch", supervisionId: "spv_1", contactId: "con_1" });
  });

  it("begins anew for another purpose, so that each call is heard for its own", () => {
    const mine = supervision("spv_1", "con_9", "usr_op09", { purpose: "PURPOSE_HELP" });
    expect(orderFor(seat(), mine, "PURPOSE_QUALITY").kind).toBe("restart");
  });

  it("asks another operator anew while the first has not answered", () => {
    const mine = supervision("spv_1", "con_9", "usr_op09", { state: "FLOOR_SUPERVISION_STATE_ASKING" });
    expect(orderFor(seat(), mine, "PURPOSE_QUALITY").kind).toBe("restart");
  });

  it("changes nothing on the call that is heard", () => {
    expect(orderFor(seat(), supervision("spv_1", "con_1", "usr_op01"), "PURPOSE_HELP").kind).toBe("already");
  });

  it("does not leave a customer who was taken over", () => {
    const mine = supervision("spv_1", "con_9", "usr_op09", { mode: "SUPERVISION_MODE_TAKEOVER" });
    expect(orderFor(seat(), mine, "PURPOSE_QUALITY").kind).toBe("taken_over");
  });
});

describe("who hears the supervisor", () => {
  it.each([
    ["SUPERVISION_MODE_LISTEN", false, false],
    ["SUPERVISION_MODE_WHISPER", false, true],
    ["SUPERVISION_MODE_BARGE", true, true],
    ["SUPERVISION_MODE_TAKEOVER", true, false],
  ] as const)("in %s: customer %s, operator %s", (mode, customer, operatorHears) => {
    expect(heardBy(mode)).toEqual({ customer, operator: operatorHears });
  });
});

describe("alerts", () => {
  it("stand nobody's first, then the oldest", () => {
    const claimed = alert("alt_1", "usr_op01", { state: "FLOOR_ALERT_STATE_CLAIMED", since: "2026-11-22T00:00:00Z" });
    const young = alert("alt_2", "usr_op02", { since: "2026-11-22T01:00:00.5Z" });
    const old = alert("alt_3", "usr_op03", { since: "2026-11-22T01:00:00Z" });
    expect(ordered([claimed, young, old]).map((each) => each.alertId)).toEqual(["alt_3", "alt_2", "alt_1"]);
  });
});
