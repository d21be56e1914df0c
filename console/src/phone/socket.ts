import { onTick, STILL_MS_MAX } from "../api/returns";
import type { PhoneHears, PhoneSays } from "./messages";

export interface SocketHandlers {
  readonly onOpen: () => void;
  readonly onMessage: (message: PhoneHears) => void;
  readonly onClosed: (code: number) => void;
}

/** What browsers say of a connection that ended without a word (RFC 6455, 7.4.1). */
const WITHOUT_A_WORD = 1006;

/** The socket that signals for the phone. After `close` nothing of it is heard any more. */
export class PhoneSocket {
  private readonly socket = new WebSocket(`${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/api/phone`);
  private readonly leaveTicks: () => void;
  private over = false;
  private lastSign = Date.now();

  constructor(private readonly handlers: SocketHandlers) {
    this.socket.addEventListener("open", () => this.over || handlers.onOpen());
    this.socket.addEventListener("message", (event: MessageEvent<string>) => {
      this.lastSign = Date.now();
      if (!this.over) handlers.onMessage(JSON.parse(event.data) as PhoneHears);
    });
    this.socket.addEventListener("close", (event) => this.end(event.code));
    this.leaveTicks = onTick(() => {
      if (Date.now() - this.lastSign > STILL_MS_MAX) this.end(WITHOUT_A_WORD);
    });
  }

  /** Whether it could be said. */
  say(message: PhoneSays): boolean {
    if (this.socket.readyState !== WebSocket.OPEN) return false;
    this.socket.send(JSON.stringify(message));
    return true;
  }

  close(): void {
    this.over = true;
    this.leaveTicks();
    this.socket.close();
  }

  private end(code: number): void {
    if (this.over) return;
    this.close();
    this.handlers.onClosed(code);
  }
}
