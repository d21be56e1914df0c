import type { TFunction } from "i18next";

import type { Edge } from "./steps";
import type { texts } from "./texts";

type Kind = keyof (typeof texts)["en"]["kind"];
const KINDS: ReadonlySet<string> = new Set(["announce", "menu", "ask", "hours", "branch", "set_reason", "language", "voicemail", "transfer_out", "callback", "route", "hang_up"]);

/** The key of the words for a kind of step. */
export const kindOf = (kind: string): Kind => (KINDS.has(kind) ? (kind as Kind) : "unknown");

/** When a flow takes an edge, and for which reason, in words. */
export function linesOf(t: TFunction<"flows">, edge: Edge, reason: (reasonId: string) => string): readonly string[] {
  const way = t(`way.${edge.way}`, { key: edge.key });
  return edge.reasonId ? [way, reason(edge.reasonId)] : [way];
}

/** The same in one line. */
export const wayOf = (...edge: Parameters<typeof linesOf>): string => linesOf(...edge).join(" · ");
