import { doubtSession } from "../session/doubt";
import { onTick, STILL_MS_MAX } from "./returns";

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
 * The browser reconnects by itself and says which message it had last; one that was closed for good is opened anew,
 * and so is one that cannot be trusted: after a sleep, on another network, after a long stillness.
 */
export function follow<Message>(method: string, handlers: StreamHandlers<Message>): () => void {
  let source: EventSource | undefined;
  let retry: number | undefined;
  let over = false;
  let lastSign = Date.now();

  const lives = () => {
    lastSign = Date.now();
    handlers.onState("live");
  };
  const take = (event: Event, snapshot: boolean) => {
    lives();
    handlers.onMessage(JSON.parse((event as MessageEvent<string>).data) as Message, snapshot);
  };
  const open = () => {
    window.clearTimeout(retry);
    source?.close();
    lastSign = Date.now();
    handlers.onState("connecting");
    const opened = new EventSource(`/api/stream/${method}`);
    source = opened;
    opened.addEventListener("open", lives);
    opened.addEventListener("alive", () => (lastSign = Date.now()));
    opened.addEventListener("snapshot", (event) => take(event, true));
    opened.addEventListener("message", (event) => take(event, false));
    // The service behind the gateway cannot be reached: what was told may be old.
    opened.addEventListener("away", () => handlers.onState("lost"));
    opened.addEventListener("error", () => {
      handlers.onState("lost");
      if (opened.readyState !== EventSource.CLOSED || over) return;
      retry = window.setTimeout(open, RETRY_MS);
      doubtSession();
    });
  };
  open();
  const leaveTicks = onTick((doubtful) => {
    if (doubtful || Date.now() - lastSign > STILL_MS_MAX) open();
  });
  return () => {
    over = true;
    leaveTicks();
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
