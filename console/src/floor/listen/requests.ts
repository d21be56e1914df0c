import { Refused } from "../../api/client";
import { newRequestId, rpc } from "../../api/rpc";
import type { components } from "../../contract/api";
import type { Order } from "../model/order";
import type { AlertOutcome, Mode, Purpose } from "../model/rows";

type Schemas = components["schemas"];

const monitoring = <Answer>(method: string, body: object): Promise<Answer> =>
  rpc<Answer>(`MonitoringService/${method}`, { requestId: newRequestId(), ...body });

/** The note is for an operator who is asked. */
export const start = (contactId: string, purpose: Purpose, note: string): Promise<Schemas["StartSupervisionResponse"]> =>
  monitoring("StartSupervision", { contactId, purpose, mode: "SUPERVISION_MODE_LISTEN", keepPhone: true, ...(note ? { note } : {}) });

const switchTo = (supervisionId: string, contactId: string): Promise<object> =>
  monitoring("SwitchTarget", { supervisionId, contactId, mode: "SUPERVISION_MODE_LISTEN" });

export const end = (supervisionId: string): Promise<object> => monitoring("EndSupervision", { supervisionId });

export const changeMode = (supervisionId: string, mode: Mode): Promise<object> => monitoring("ChangeMode", { supervisionId, mode });

export const setFollowing = (supervisionId: string, following: boolean): Promise<object> =>
  monitoring("SetFollowing", { supervisionId, following });

export const sendText = (supervisionId: string, text: string): Promise<object> => monitoring("SendText", { supervisionId, text });

export const claim = (alertId: string): Promise<Schemas["ClaimAlertResponse"]> => monitoring("ClaimAlert", { alertId });

export const resolve = (alertId: string, outcome: AlertOutcome): Promise<object> => monitoring("ResolveAlert", { alertId, outcome });

export const giveFeedback = (feedback: Omit<Schemas["GiveFeedbackRequest"], "requestId">): Promise<object> =>
  monitoring("GiveFeedback", feedback);

export const answerFollowUp = (answer: Omit<Schemas["AnswerFollowUpRequest"], "requestId">): Promise<object> =>
  monitoring("AnswerFollowUp", answer);

/** Does what an order says, if it asks for anything; a training's operator reads the note. */
export async function carryOut(order: Order, trainingNote = ""): Promise<void> {
  const noteOf = (purpose: Purpose) => (purpose === "PURPOSE_TRAINING" ? trainingNote : "");
  if (order.kind === "start") await start(order.contactId, order.purpose, noteOf(order.purpose));
  else if (order.kind === "switch") await switchTo(order.supervisionId, order.contactId);
  else if (order.kind === "restart") {
    await end(order.supervisionId);
    await start(order.contactId, order.purpose, noteOf(order.purpose));
  }
}

/** What the operator's ledger says of a supervision; undefined while it says nothing. */
export async function entryOf(operatorId: string, supervisionId: string): Promise<Schemas["LedgerEntry"] | undefined> {
  const ledger = await rpc<Schemas["GetLedgerResponse"]>("MonitoringService/GetLedger", { operatorId });
  return ledger.entries.find((entry) => entry.supervisionId === supervisionId);
}

/** The name of a refusal for the texts: its reason, else its code. */
export const reasonOf = (error: unknown): string =>
  error instanceof Refused ? error.refusal.reason || error.refusal.code : "UNAVAILABLE";
