import { describe, expect, it } from "vitest";

import { AT_ONCE, auditOf, type Entry } from "./ledgers";

const PERIOD = { since: "2026-11-01T00:00:00Z", until: "2026-11-22T00:00:00Z" };
const entry = (operatorId: string, begunAt: string): Entry => ({ supervisionId: `spv_${operatorId}`, contactId: "con_1", clientId: "cli_acme", operatorId, supervisorId: "usr_sv01", purpose: "PURPOSE_HELP", begunAt, stretches: [], heardMs: "1000", endedAs: "SUPERVISION_END_REASON_ENDED" });

describe("an audit", () => {
  it("has every operator's entries, newest first, and says whose are cut", async () => {
    const ask = async (operatorId: string) => ({ entries: [entry(operatorId, `2026-11-0${operatorId}T00:00:00Z`)], more: operatorId === "2", heardMs: "1000" });
    const audit = await auditOf(["1", "2", "3"], PERIOD, () => undefined, ask);
    expect(audit.entries.map((each) => each.operatorId)).toEqual(["3", "2", "1"]);
    expect(audit.cut).toEqual(["2"]);
  });
  it("asks for a few at once and tells how far it is", async () => {
    let [running, most] = [0, 0];
    const told: number[] = [];
    const ask = async () => {
      running += 1;
      most = Math.max(most, running);
      await Promise.resolve();
      running -= 1;
      return { entries: [], more: false, heardMs: "0" };
    };
    await auditOf(Array.from({ length: 20 }, (_, at) => String(at)), PERIOD, (done) => told.push(done), ask);
    expect([most, told.at(-1)]).toEqual([AT_ONCE, 20]);
  });
});
