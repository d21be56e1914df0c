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

/** Prompts stay those of the version that is edited: sound is uploaded by the tools. */
export const check = (of: PublishedFlow, draft: Draft): Promise<Checked> =>
  rpc("CallreasonService/CheckFlow", { clientId: of.clientId, prompts: of.prompts, source: draft.source, tests: draft.tests });

export const publish = (of: PublishedFlow, draft: Draft, note: string): Promise<Schemas["PublishFlowResponse"]> =>
  rpc("CallreasonService/PublishFlow", { requestId: newRequestId(), clientId: of.clientId, prompts: of.prompts, source: draft.source, tests: draft.tests, note });

export const rollBack = (flowId: string, version: number): Promise<object> => rpc("CallreasonService/RollBackFlow", { requestId: newRequestId(), flowId, version });
