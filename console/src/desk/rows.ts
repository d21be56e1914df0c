import type { Alert, Consent, DeskRow, Feedback, Listener, TextWhisper } from "./wire";

/** What concerns an operator: who hears them, who asks, what was written, who comes to help. */
export interface Concerns {
  readonly listeners: readonly Listener[];
  readonly consents: readonly Consent[];
  readonly texts: readonly TextWhisper[];
  /** The last own alert, also when it is over: its reason may still be told. */
  readonly alert: Alert | undefined;
  readonly feedback: readonly Feedback[];
}

export const NOTHING: Concerns = { listeners: [], consents: [], texts: [], alert: undefined, feedback: [] };

/** More are not kept: the oldest go. */
export const TEXTS_MOST = 50;

function put<Row>(rows: readonly Row[], row: Row, id: (row: Row) => string): readonly Row[] {
  const at = rows.findIndex((each) => id(each) === id(row));
  return at < 0 ? [...rows, row] : rows.with(at, row);
}

const bySupervision = (row: { supervisionId: string }) => row.supervisionId;

function heed(known: Concerns, { listener, consent, text, alert, feedback, gone }: DeskRow): Concerns {
  if (listener) return { ...known, listeners: put(known.listeners, listener, bySupervision) };
  if (consent) return { ...known, consents: put(known.consents, consent, bySupervision) };
  if (text) return { ...known, texts: put(known.texts, text, (each) => each.textId).slice(-TEXTS_MOST) };
  if (alert) return { ...known, alert: newer(known.alert, alert) };
  if (feedback) return { ...known, feedback: put(known.feedback, feedback, (each) => each.feedbackId) };
  return {
    ...known,
    listeners: known.listeners.filter((each) => each.supervisionId !== gone?.listener),
    consents: known.consents.filter((each) => each.supervisionId !== gone?.consent),
    texts: known.texts.filter((each) => each.textId !== gone?.text),
    feedback: known.feedback.filter((each) => each.feedbackId !== gone?.feedback),
  };
}

/** An operator's own calls for help; what rules find about the call is the supervisors' business. */
function newer(known: Alert | undefined, alert: Alert): Alert | undefined {
  return alert.kind === "ALERT_KIND_HELP" ? alert : known;
}

/** What is known after these rows; a snapshot is the whole of what is open: an alert that it lacks ended meanwhile. */
export const heeding = (known: Concerns, rows: readonly DeskRow[], snapshot: boolean): Concerns =>
  rows.reduce(heed, snapshot ? { ...NOTHING, alert: isOpen(known.alert) ? undefined : known.alert } : known);

/** Whether help is still to come or there. */
export const isOpen = (alert: Alert | undefined): boolean =>
  alert !== undefined && (alert.state === "FLOOR_ALERT_STATE_OPEN" || alert.state === "FLOOR_ALERT_STATE_CLAIMED");
