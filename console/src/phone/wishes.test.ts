import { describe, expect, it } from "vitest";

import type { PhoneLeg } from "./messages";
import { NO_WISHES, refused, seenWith } from "./wishes";

const leg = (change: Partial<PhoneLeg> = {}): PhoneLeg => ({
  contactId: "con_1",
  legId: "leg_1",
  role: "LEG_ROLE_OPERATOR",
  state: "PHONE_LEG_STATE_TALKING",
  muted: false,
  talkBack: false,
  customerHeld: false,
  recordingPaused: false,
  consult: false,
  clientId: "cli_acme",
  wideBand: false,
  ...change,
});

describe("wishes", () => {
  it("stay until the phone is seen as wished", () => {
    const wishes = { ...NO_WISHES, muted: { con_1: true } };
    expect(seenWith(wishes, [leg()])).toEqual(wishes);
    expect(seenWith(wishes, [leg({ muted: true })])).toEqual(NO_WISHES);
  });

  it("end with their leg", () => {
    const wishes = { muted: { con_1: true }, talkBack: { con_1: true }, pickUp: ["con_1"], putDown: ["con_1"] };
    expect(seenWith(wishes, [])).toEqual(NO_WISHES);
  });

  it("of picking up end with the ringing", () => {
    const wishes = { ...NO_WISHES, pickUp: ["con_1"] };
    expect(seenWith(wishes, [leg({ state: "PHONE_LEG_STATE_RINGING" })])).toEqual(wishes);
    expect(seenWith(wishes, [leg()])).toEqual(NO_WISHES);
  });

  it("end when they are refused", () => {
    expect(refused({ ...NO_WISHES, muted: { con_1: true } }, "mute")).toEqual(NO_WISHES);
    expect(refused({ ...NO_WISHES, muted: { con_1: true } }, "pick_up").muted).toEqual({ con_1: true });
  });
});
