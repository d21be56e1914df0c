import { describe, expect, it } from "vitest";

import { supervision, talk } from "../model/examples";
import { heardAfter, marked, NOTHING_HEARD } from "./heard";

const BEGAN = Date.parse("2026-11-22T01:00:00Z");
const mine = supervision("spv_1", "con_1", "usr_op01");
const hearing = heardAfter(NOTHING_HEARD, mine, talk("con_1", "usr_op01"), BEGAN + 5_000);

describe("what a supervisor hears", () => {
  it("is the call that they are on", () => {
    expect(hearing.present?.contactId).toBe("con_1");
    expect(hearing.left).toBeUndefined();
  });

  it("is nothing while the operator is asked", () => {
    const asking = { ...mine, state: "FLOOR_SUPERVISION_STATE_ASKING" as const };
    expect(heardAfter(NOTHING_HEARD, asking, talk("con_1", "usr_op01"), BEGAN)).toBe(NOTHING_HEARD);
  });

  it("becomes the one that was left when the call ends, with its length and its marks", () => {
    const after = heardAfter(marked(hearing, BEGAN + 7_000), undefined, undefined, BEGAN + 60_000);
    expect(after.present).toBeUndefined();
    expect(after.left).toMatchObject({ contactId: "con_1", endMs: 59_000, marks: [7_000] });
  });

  it("is as long as its last mark says, if that came right before the end", () => {
    const after = heardAfter(marked(hearing, BEGAN + 59_900), undefined, undefined, BEGAN + 60_000);
    expect(after.left).toMatchObject({ endMs: 59_900, marks: [59_900] });
  });

  it("ends for its operator when it is taken over: no later second can be marked", () => {
    const over = { ...mine, mode: "SUPERVISION_MODE_TAKEOVER" as const };
    const taken = marked(heardAfter(hearing, over, talk("con_1", "usr_op01"), BEGAN + 20_000), BEGAN + 25_000);
    const after = heardAfter(taken, undefined, undefined, BEGAN + 60_000);
    expect(after.left).toMatchObject({ endMs: 19_000, marks: [] });
  });

  it("goes on with the next call when the target is switched", () => {
    const after = heardAfter(hearing, { ...mine, contactId: "con_2", operatorId: "usr_op02" }, talk("con_2", "usr_op02"), BEGAN + 9_000);
    expect([after.present?.operatorId, after.left?.operatorId]).toEqual(["usr_op02", "usr_op01"]);
  });

  it("stays the same object while nothing changes", () => {
    expect(heardAfter(hearing, { ...mine, mode: "SUPERVISION_MODE_WHISPER" }, talk("con_1", "usr_op01"), BEGAN + 9_000)).toBe(hearing);
  });
});
