import { describe, expect, it } from "vitest";

import { heeding, isOpen, NOTHING, TEXTS_MOST } from "./rows";
import type { Alert, Listener } from "./wire";

const LISTENER: Listener = {
  supervisionId: "sup_1",
  supervisorId: "usr_sv01",
  contactId: "con_1",
  mode: "SUPERVISION_MODE_LISTEN",
  purpose: "PURPOSE_QUALITY",
  following: false,
};
const ALERT: Alert = {
  alertId: "alt_1",
  kind: "ALERT_KIND_HELP",
  contactId: "con_1",
  clientId: "cli_acme",
  operatorId: "usr_op01",
  teamId: "tea_osaka",
  level: "ALERT_LEVEL_TEAM",
  state: "FLOOR_ALERT_STATE_OPEN",
  supervisorId: "",
  reason: "ALERT_REASON_UNSPECIFIED",
  queueId: "",
  measured: "0",
  threshold: "0",
  waitedMs: "0",
};

describe("what concerns an operator", () => {
  it("shows a listener in the mode that came last, until they are gone", () => {
    const whispering = { ...LISTENER, mode: "SUPERVISION_MODE_WHISPER" as const };
    const known = heeding(NOTHING, [{ listener: LISTENER }, { listener: whispering }], false);
    expect(known.listeners).toEqual([whispering]);
    expect(heeding(known, [{ gone: { listener: "sup_1" } }], false).listeners).toEqual([]);
  });

  it("forgets who is no more in a snapshot", () => {
    const known = heeding(NOTHING, [{ listener: LISTENER }], false);
    expect(heeding(known, [], true)).toEqual(NOTHING);
  });

  it("keeps an alert that is over, so that its reason can be told", () => {
    const claimed = { ...ALERT, state: "FLOOR_ALERT_STATE_CLAIMED" as const, supervisorId: "usr_sv01", waitedMs: "4000" };
    const known = heeding(NOTHING, [{ alert: ALERT }, { alert: claimed }], false);
    expect(isOpen(known.alert)).toBe(true);
    const over = heeding(known, [{ alert: { ...claimed, state: "FLOOR_ALERT_STATE_ENDED" } }], false);
    expect(over.alert?.alertId).toBe("alt_1");
    expect(isOpen(over.alert)).toBe(false);
  });

  it("does not show an alert as open that a snapshot lacks: it ended while nothing was heard", () => {
    const known = heeding(NOTHING, [{ alert: ALERT }], false);
    expect(heeding(known, [], true).alert).toBeUndefined();
    expect(heeding(known, [{ alert: ALERT }], true).alert).toEqual(ALERT);
    const over = { ...ALERT, state: "FLOOR_ALERT_STATE_ENDED" as const };
    expect(heeding(heeding(known, [{ alert: over }], false), [], true).alert).toEqual(over);
  });

  it("is not disturbed by what rules find", () => {
    expect(heeding(NOTHING, [{ alert: { ...ALERT, kind: "ALERT_KIND_SILENCE" } }], false).alert).toBeUndefined();
  });

  it("keeps the last texts only", () => {
    const text = (at: number) => ({ text: { textId: `txt_${at}`, supervisionId: "sup_1", supervisorId: "usr_sv01", text: "はい" } });
    const known = heeding(NOTHING, Array.from({ length: TEXTS_MOST + 1 }, (_, at) => text(at)), false);
    expect(known.texts).toHaveLength(TEXTS_MOST);
    expect(known.texts[0]?.textId).toBe("txt_1");
  });
});
