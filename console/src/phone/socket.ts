import type { PhoneHears, PhoneSays } from "./messages";

export interface SocketHandlers {
  readonly onOpen: () => void;
  readonly onMessage: (message: PhoneHears) => void;
  readonly onClosed: (code: number) => void;
}

/** The socket that signals for the phone. After `close` nothing of it is heard any more. */
export class PhoneSocket {
  private readonly socket = new WebSocket(`${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/api/phone`);
  private over = false;

  constructor(handlers: SocketHandlers) {
    this.socket.addEventListener("open", () => this.over || handlers.onOpen());
    this.socket.addEventListener("message", (event: MessageEvent<string>) => {
      if (!this.over) handlers.onMessage(JSON.parse(event.data) as PhoneHears);
    });
    this.socket.addEventListener("close", (event) => this.over || handlers.onClosed(event.code));
  }

  /** Whether it could be said. */
  say(message: PhoneSays): boolean {
    if (this.socket.readyState !== WebSocket.OPEN) return false;
    this.socket.send(JSON.stringify(message));
    return true;
  }

  close(): void {
    this.over = true;
    this.socket.close();
  }
}
