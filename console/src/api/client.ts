import { csrfToken } from "../session/keys";

/** What the gateway says when something could not be done. */
export interface Refusal {
  readonly code: string;
  readonly reason: string;
  readonly message: string;
}

/** A request that the gateway or a service refused. `status` 0: the gateway could not be reached. */
export class Refused extends Error {
  constructor(
    readonly status: number,
    readonly refusal: Refusal,
  ) {
    super(refusal.message);
    this.name = "Refused";
  }
}

const UNREACHED: Refusal = { code: "UNAVAILABLE", reason: "UNREACHED", message: "the gateway could not be reached" };

async function refusalOf(response: Response): Promise<Refusal> {
  try {
    const body = (await response.json()) as Partial<Refusal>;
    return { code: body.code ?? "UNKNOWN", reason: body.reason ?? "", message: body.message ?? response.statusText };
  } catch {
    return { code: "UNKNOWN", reason: "", message: `${response.status} ${response.statusText}` };
  }
}

async function ask(path: string, init: RequestInit): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(path, { ...init, credentials: "same-origin" });
  } catch {
    throw new Refused(0, UNREACHED);
  }
  if (!response.ok) throw new Refused(response.status, await refusalOf(response));
  return response;
}

/** Reads JSON from a path of the gateway; raises Refused. */
export async function get<Answer>(path: string, signal?: AbortSignal): Promise<Answer> {
  const response = await ask(path, { headers: { Accept: "application/json" }, ...(signal ? { signal } : {}) });
  return (await response.json()) as Answer;
}

/** Sends JSON, or a file as its kind, to a path of the gateway; raises Refused. Answers undefined when there is no body. */
export async function send<Answer>(method: "POST" | "PATCH" | "PUT" | "DELETE", path: string, body?: unknown): Promise<Answer> {
  const headers: Record<string, string> = { Accept: "application/json", "X-Sasayaki-Csrf": csrfToken() };
  const file = body instanceof Blob;
  if (body !== undefined) headers["Content-Type"] = file ? body.type : "application/json";
  const response = await ask(path, { method, headers, ...(body === undefined ? {} : { body: file ? body : JSON.stringify(body) }) });
  return (response.status === 204 ? undefined : await response.json()) as Answer;
}

const AGAIN_MS = 2_000;

/** For a query that nobody can do without in a call: asked until somebody answers. What is refused is not asked for again. */
export const untilAnswered = {
  retry: (_count: number, error: Error) => error instanceof Refused && (error.status === 0 || error.status >= 500),
  retryDelay: AGAIN_MS,
} as const;
