import { Refused } from "./client";

const AGAIN_MS = 2_000;

/** For a query that nobody can do without in a call: asked until somebody answers. What is refused is not asked for again. */
export const untilAnswered = {
  retry: (_count: number, error: Error) => error instanceof Refused && (error.status === 0 || error.status >= 500),
  retryDelay: AGAIN_MS,
} as const;
