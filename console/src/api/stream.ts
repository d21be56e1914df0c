/** How a stream stands, for a line of words on the screen. */
export type StreamState = "connecting" | "live" | "lost";

export interface StreamHandlers<Message> {
  /** `snapshot`: forget what came before; this is the whole of it. */
  readonly onMessage: (message: Message, snapshot: boolean) => void;
  readonly onState: (state: StreamState) => void;
}

const RETRY_MS = 2_000;

/**
 * Follows a stream of the gateway (`MonitoringService/WatchFloor`) until the returned function is called.
 * The browser reconnects by itself and says which message it had last; one that was closed for good is opened anew.
 */
export function follow<Message>(method: string, handlers: StreamHandlers<Message>): () => void {
  let source: EventSource | undefined;
  let retry: number | undefined;
  let over = false;

  const take = (event: Event, snapshot: boolean) => {
    handlers.onState("live");
    handlers.onMessage(JSON.parse((event as MessageEvent<string>).data) as Message, snapshot);
  };
  const open = () => {
    handlers.onState("connecting");
    const opened = new EventSource(`/api/stream/${method}`);
    source = opened;
    opened.addEventListener("open", () => handlers.onState("live"));
    opened.addEventListener("snapshot", (event) => take(event, true));
    opened.addEventListener("message", (event) => take(event, false));
    opened.addEventListener("error", () => {
      handlers.onState("lost");
      if (opened.readyState === EventSource.CLOSED && !over) retry = window.setTimeout(open, RETRY_MS);
    });
  };
  open();
  return () => {
    over = true;
    window.clearTimeout(retry);
    source?.close();
  };
}

/**
 * The same for what only eyes need: followed while the page is seen.
 * A browser has six connections for all pages of an address; what lies behind has only those that must be heard of.
 */
export function followWhileSeen<Message>(method: string, handlers: StreamHandlers<Message>): () => void {
  let leave: (() => void) | undefined;
  const look = () => {
    if (document.visibilityState === "hidden") {
      leave?.();
      leave = undefined;
    } else leave ??= follow(method, handlers);
  };
  document.addEventListener("visibilitychange", look);
  look();
  return () => {
    document.removeEventListener("visibilitychange", look);
    leave?.();
  };
}
