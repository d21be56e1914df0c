import { send } from "./client";

/** Asks a service by the gateway, for example `rpc("RoutingService/SetOperatorState", {...})`; raises Refused. */
export const rpc = <Answer>(method: string, body: object = {}): Promise<Answer> =>
  send<Answer>("POST", `/api/rpc/${method}`, body);

/** Names a command, so that a repeat of it is harmless. */
export const newRequestId = (): string => crypto.randomUUID();
