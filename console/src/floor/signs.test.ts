import { describe, expect, it } from "vitest";

import type { OperatorState, PhoneReach } from "./model/rows";
import { phoneOf } from "./signs";

const of = (phone: PhoneReach, state: OperatorState = "FLOOR_OPERATOR_STATE_READY") => phoneOf({ phone, state });

describe("an operator's phone", () => {
  it("is told with a sign of its own, and is wanting when it would not ring", () => {
    const told = (["PHONE_REACH_BROWSER", "PHONE_REACH_SIP", "PHONE_REACH_NONE", "PHONE_REACH_LOST"] as const).map((phone) => of(phone));
    expect(told.map((each) => each?.sign)).toEqual(["browser", "deskPhone", "noPhone", "phoneLost"]);
    expect(told.map((each) => each?.wanting)).toEqual([false, false, true, true]);
  });

  it("is not told while nobody knows, nor missed of who is off", () => {
    expect(of("PHONE_REACH_UNSPECIFIED")).toBeUndefined();
    expect(of("PHONE_REACH_NONE", "FLOOR_OPERATOR_STATE_OFF")).toBeUndefined();
    expect(of("PHONE_REACH_BROWSER", "FLOOR_OPERATOR_STATE_OFF")?.reach).toBe("PHONE_REACH_BROWSER");
  });
});
