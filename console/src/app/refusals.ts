import { Refused } from "../api/client";
import type { texts } from "./texts";

type Word = keyof (typeof texts)["en"]["refused"];

/** What a service's reason means to whoever reads it; the rest goes by the status. */
const BY_REASON: Readonly<Record<string, Word>> = {
  KEY_GONE: "keyGone",
  RECORDING_DELETED: "deleted",
  UNKNOWN_RECORDING: "unknownRecording",
  UNREACHED: "unreached",
};

const BY_STATUS: Readonly<Record<number, Word>> = {
  0: "unreached",
  400: "invalid",
  401: "over",
  403: "forbidden",
  404: "gone",
  429: "busy",
  503: "away",
  504: "away",
};

/** The key of the words for something that went wrong. */
export function wordOf(error: unknown): Word {
  if (!(error instanceof Refused)) return "other";
  return BY_REASON[error.refusal.reason] ?? BY_STATUS[error.status] ?? "other";
}

/** What the service said, where it says more than the words: the field and what is wrong with it. */
export const detailOf = (error: unknown): string =>
  error instanceof Refused && error.status > 0 && !BY_REASON[error.refusal.reason] ? error.refusal.message : "";
