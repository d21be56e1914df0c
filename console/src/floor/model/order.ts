import { type Alert, instant, type Mode, type Purpose, type Supervision } from "./rows";
import type { Seat } from "./seats";

/** What is asked of the platform when a seat is chosen. */
export type Order =
  | { readonly kind: "start"; readonly contactId: string; readonly purpose: Purpose }
  | { readonly kind: "switch"; readonly supervisionId: string; readonly contactId: string }
  /** A supervision keeps its purpose: another one begins anew. */
  | { readonly kind: "restart"; readonly supervisionId: string; readonly contactId: string; readonly purpose: Purpose }
  | { readonly kind: "already" }
  | { readonly kind: "no_talk" }
  | { readonly kind: "taken_over" };

export const PURPOSES: readonly Purpose[] = ["PURPOSE_HELP", "PURPOSE_COMPLAINT", "PURPOSE_TRAINING", "PURPOSE_QUALITY", "PURPOSE_SAMPLING"];

/** Why a supervisor who names no purpose is on a call: help when somebody calls for it, else what they usually do. */
export const purposeFor = (seat: Pick<Seat, "alerts">, usual: Purpose): Purpose =>
  seat.alerts.length > 0 ? "PURPOSE_HELP" : usual;

/** What a click on a seat asks for, given what its supervisor does. */
export function orderFor(seat: Seat, mine: Supervision | undefined, purpose: Purpose): Order {
  const contactId = seat.talk?.contactId;
  if (contactId === undefined) return { kind: "no_talk" };
  if (!mine) return { kind: "start", contactId, purpose };
  const { supervisionId } = mine;
  if (mine.state !== "FLOOR_SUPERVISION_STATE_AWAITING" && mine.contactId === contactId) return { kind: "already" };
  if (mine.mode === "SUPERVISION_MODE_TAKEOVER") return { kind: "taken_over" };
  const asks = mine.state === "FLOOR_SUPERVISION_STATE_ASKING";
  return !asks && mine.purpose === purpose
    ? { kind: "switch", supervisionId, contactId }
    : { kind: "restart", supervisionId, contactId, purpose };
}

/** Who hears a supervisor in a mode. */
export const heardBy = (mode: Mode): { readonly customer: boolean; readonly operator: boolean } => ({
  customer: mode === "SUPERVISION_MODE_BARGE" || mode === "SUPERVISION_MODE_TAKEOVER",
  operator: mode === "SUPERVISION_MODE_WHISPER" || mode === "SUPERVISION_MODE_BARGE",
});

/** Alerts in the order in which they are looked after: nobody's first, then the oldest. */
export function ordered(alerts: Iterable<Alert>): readonly Alert[] {
  const rank = (alert: Alert) => (alert.state === "FLOOR_ALERT_STATE_OPEN" ? 0 : 1);
  return [...alerts].sort(
    (one, other) =>
      rank(one) - rank(other) ||
      (instant(one.since) ?? 0) - (instant(other.since) ?? 0) ||
      one.alertId.localeCompare(other.alertId),
  );
}
