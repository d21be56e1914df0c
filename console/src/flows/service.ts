import { newRequestId, rpc } from "../api/rpc";
import type { components } from "../contract/api";

type Schemas = components["schemas"];
export type PublishedFlow = Schemas["GetFlowResponse"];
export type Versions = Schemas["ListFlowVersionsResponse"];
export type Checked = Schemas["CheckFlowResponse"];

/** A flow's file and its test cases, as somebody edits them. */
export interface Draft {
  readonly source: string;
  readonly tests: string;
}

/** Version 0: the live one. */
export const flowOfVersion = (flowId: string, version: number): Promise<PublishedFlow> => rpc("CallreasonService/GetFlow", { flowId, version });
export const versionsOf = (flowId: string): Promise<Versions> => rpc("CallreasonService/ListFlowVersions", { flowId });

/** Name to SHA-256. */
export type Prompts = Readonly<Record<string, string>>;

export const check = (clientId: string, draft: Draft, prompts: Prompts): Promise<Checked> =>
  rpc("CallreasonService/CheckFlow", { clientId, prompts, source: draft.source, tests: draft.tests });

export const publish = (clientId: string, draft: Draft, prompts: Prompts, note: string): Promise<Schemas["PublishFlowResponse"]> =>
  rpc("CallreasonService/PublishFlow", { requestId: newRequestId(), clientId, prompts, source: draft.source, tests: draft.tests, note });

export const rollBack = (flowId: string, version: number): Promise<object> => rpc("CallreasonService/RollBackFlow", { requestId: newRequestId(), flowId, version });
