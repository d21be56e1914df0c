import type { components } from "../../contract/api";

type Schemas = components["schemas"];

export type FloorRow = Schemas["FloorRow"];
export type Operator = Schemas["FloorOperator"];
export type PhoneReach = Schemas["PhoneReach"];
export type OperatorState = Schemas["FloorOperatorState"];
export type Talk = Schemas["FloorTalk"];
export type Supervision = Schemas["FloorSupervision"];
export type Waiting = Schemas["FloorWaiting"];
export type Alert = Schemas["FloorAlert"];
export type AlertKind = Schemas["AlertKind"];
export type AlertOutcome = Schemas["AlertOutcome"];
export type Queue = Schemas["FloorQueue"];
export type FollowUp = Schemas["FloorFollowUp"];
export type Mode = Schemas["SupervisionMode"];
export type Purpose = Schemas["Purpose"];
export type EndReason = Schemas["SupervisionEndReason"];
export type CallLevels = Schemas["CallLevels"];
export type FloorMessage = Schemas["WatchFloorResponse"];
export type LevelsMessage = Schemas["WatchLevelsResponse"];

/** Milliseconds since the epoch of an instant of the contract; undefined when there is none. */
export const instant = (at: string | undefined): number | undefined => (at === undefined ? undefined : Date.parse(at));
