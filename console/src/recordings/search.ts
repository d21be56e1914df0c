import { beginOfDay } from "../app/dates";
import type { components } from "../contract/api";

export type Recording = components["schemas"]["RecordingSummary"];
type Asked = components["schemas"]["ListRecordingsRequest"];

/** What somebody looks for; empty: anything. */
export interface Wanted {
  readonly userId: string;
  readonly callerNumber: string;
  readonly clientId: string;
  readonly reasonId: string;
  /** Days of the centre, both inclusive. */
  readonly first: string;
  readonly last: string;
  /** Only what customers left as voicemails. */
  readonly voicemails: boolean;
}

export const ANYTHING: Wanted = { userId: "", callerNumber: "", clientId: "", reasonId: "", first: "", last: "", voicemails: false };

/** A number as it is compared: Japanese ones may be written as people do, 03-1234-5678. */
export function numberOf(written: string): string {
  const digits = written.normalize("NFKC").replace(/[\s\-()‐–ー]/g, "");
  return /^0[1-9]/.test(digits) ? `+81${digits.slice(1)}` : digits;
}

export const isNumber = (written: string): boolean => written.trim() === "" || /^\+[1-9][0-9]{5,14}$/.test(numberOf(written));

/** The request for what is wanted. */
export function askedOf(wanted: Wanted): Asked {
  const until = wanted.last ? new Date(beginOfDay(wanted.last).getTime() + 86_400_000) : undefined;
  return {
    pageSize: 50,
    ...(wanted.userId ? { userId: wanted.userId } : {}),
    ...(wanted.callerNumber.trim() ? { callerNumber: numberOf(wanted.callerNumber) } : {}),
    ...(wanted.clientId ? { clientId: wanted.clientId } : {}),
    ...(wanted.reasonId ? { reasonId: wanted.reasonId } : {}),
    ...(wanted.first ? { from: beginOfDay(wanted.first).toISOString() } : {}),
    ...(wanted.voicemails ? { voicemails: true } : {}),
    ...(until ? { until: until.toISOString() } : {}),
  };
}
