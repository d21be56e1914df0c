import type { TFunction } from "i18next";

import type { Edge } from "./steps";
import type { texts } from "./texts";

type Kind = keyof (typeof texts)["en"]["kind"];
const KINDS: ReadonlySet<string> = new Set(["announce", "menu", "ask", "hours", "branch", "set_reason", "language", "voicemail", "transfer_out", "callback", "route", "hang_up"]);

/** The key of the words for a kind of step. */
export const kindOf = (kind: string): Kind => (KINDS.has(kind) ? (kind as Kind) : "unknown");

/** When a flow takes an edge, in words. */
export function wayOf(t: TFunction<"flows">, edge: Edge, reason: (reasonId: string) => string): string {
  const way = t(`way.${edge.way}`, { key: edge.key });
  return edge.reasonId ? `${way} · ${reason(edge.reasonId)}` : way;
}
