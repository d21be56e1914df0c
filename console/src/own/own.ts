import { get, Refused, send } from "../api/client";
import type { components } from "../contract/api";
import type { texts } from "./texts";

export type OwnSession = components["schemas"]["OwnSession"];

export const ownSessions = (signal?: AbortSignal): Promise<readonly OwnSession[]> => get("/api/session/all", signal);

/** Ends one other session, or all others; the password may be absent just after signing in. */
export const endSessions = (sessionId: string | undefined, password: string): Promise<undefined> =>
  send("POST", "/api/session/end", { ...(sessionId ? { sessionId } : {}), password });

type Word = keyof (typeof texts)["en"]["refused"];

const BY_REASON: Readonly<Record<string, Word>> = {
  WRONG_PASSWORD: "wrong",
  LOCKED: "locked",
  PASSWORD_GUESSABLE: "guessable",
  PASSWORD_LEAKED: "leaked",
  PASSWORD_SAME: "same",
  PROVE_ANEW: "prove",
};

/** The key of the words for why a password or a proof was not taken; undefined: it was something else. */
export const whyNot = (error: unknown): Word | undefined => (error instanceof Refused ? BY_REASON[error.refusal.reason] : undefined);
