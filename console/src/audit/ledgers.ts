import { rpc } from "../api/rpc";
import type { components } from "../contract/api";

export type Entry = components["schemas"]["LedgerEntry"];
type Ledger = components["schemas"]["GetLedgerResponse"];

/** Ledgers that are asked for at the same time. */
export const AT_ONCE = 4;

/** What is known of some operators, newest first. */
export interface Audit {
  readonly entries: readonly Entry[];
  /** Operators whose ledger has more in the period than one answer holds. */
  readonly cut: readonly string[];
}

interface Period {
  readonly since: string;
  readonly until: string;
}

const instantOf = (entry: Entry): string => entry.begunAt ?? "";

/** Reads the ledger of each operator, a few at once; tells how many are done. The first refusal ends it. */
export async function auditOf(operators: readonly string[], period: Period, onDone: (done: number) => void, ask: (operatorId: string) => Promise<Ledger> = (operatorId) => rpc("MonitoringService/GetLedger", { operatorId, ...period })): Promise<Audit> {
  const waiting = [...operators];
  const entries: Entry[] = [];
  const cut: string[] = [];
  let done = 0;
  const work = async () => {
    for (let operatorId = waiting.shift(); operatorId !== undefined; operatorId = waiting.shift()) {
      const ledger = await ask(operatorId);
      entries.push(...ledger.entries);
      if (ledger.more) cut.push(operatorId);
      done += 1;
      onDone(done);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return { entries: entries.sort((a, b) => instantOf(b).localeCompare(instantOf(a))), cut };
}
