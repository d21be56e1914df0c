const listeners = new Set<() => void>();

/** Says that the session may be over: a stream was refused, or a long time passed. */
export function doubtSession(): void {
  for (const listener of listeners) listener();
}

/** Calls back when somebody doubts the session, until the returned function is called. */
export function onDoubt(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
