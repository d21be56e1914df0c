import { send } from "../api/client";
import { rpc } from "../api/rpc";
import type { components } from "../contract/api";
import type { Prompt } from "./sounds";

type Schemas = components["schemas"];

export const promptsOf = async (clientId: string): Promise<readonly Prompt[]> =>
  (await rpc<Schemas["ListPromptsResponse"]>("MediaService/ListPrompts", { clientId })).prompts;

/** Makes a file the latest version of a name; raises Refused with what is wrong with it. */
export const putPrompt = (clientId: string, name: string, file: Blob): Promise<Schemas["PutPromptResponse"]> =>
  send("PUT", `/api/prompts/${encodeURIComponent(clientId)}/${encodeURIComponent(name)}`, new Blob([file], { type: "audio/wav" }));

/** Where a sound is heard. */
export const addressOf = (clientId: string, sha256: string): string => `/api/prompts/${encodeURIComponent(clientId)}/${sha256}.wav`;
