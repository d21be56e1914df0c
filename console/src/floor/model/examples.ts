import type { Alert, FloorRow, Operator, Supervision, Talk } from "./rows";

/** Rows of a small floor, for tests. */
const AT = "2026-11-22T01:00:00Z";

export const operator = (operatorId: string, more: Partial<Operator> = {}): Operator => ({
  operatorId,
  teamId: "tea_osaka",
  state: "FLOOR_OPERATOR_STATE_READY",
  since: AT,
  reason: "",
  contactId: "",
  skills: [],
  skillLevels: [],
  phone: "PHONE_REACH_BROWSER",
  ...more,
});

export const talk = (contactId: string, operatorId: string, more: Partial<Talk> = {}): Talk => ({
  contactId,
  operatorId,
  clientId: "cli_acme",
  since: AT,
  reasonId: "",
  muted: false,
  talkBack: false,
  ...more,
});

export const supervision = (supervisionId: string, contactId: string, operatorId: string, more: Partial<Supervision> = {}): Supervision => ({
  supervisionId,
  contactId,
  operatorId,
  supervisorId: "usr_sv01",
  mode: "SUPERVISION_MODE_LISTEN",
  purpose: "PURPOSE_QUALITY",
  since: AT,
  state: "FLOOR_SUPERVISION_STATE_ACTIVE",
  following: false,
  ...more,
});

export const alert = (alertId: string, operatorId: string, more: Partial<Alert> = {}): Alert => ({
  alertId,
  kind: "ALERT_KIND_HELP",
  contactId: "con_1",
  clientId: "cli_acme",
  operatorId,
  teamId: "tea_osaka",
  level: "ALERT_LEVEL_TEAM",
  state: "FLOOR_ALERT_STATE_OPEN",
  since: AT,
  supervisorId: "",
  reason: "ALERT_REASON_UNSPECIFIED",
  queueId: "",
  measured: "0",
  threshold: "0",
  waitedMs: "0",
  ...more,
});

export const rows = (...floor: FloorRow[]): FloorRow[] => floor;
