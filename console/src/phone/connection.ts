import { preferred, spoken } from "./codecs";

/** What comes of a connection. */
export interface ConnectionHandlers {
  readonly onOffer: (sdp: string) => void;
  readonly onSounding: () => void;
  readonly onBroken: () => void;
}

/** With what WebRTC Extensions (5.3) adds: what is spoken, of what was agreed on. */
type Encoding = RTCRtpEncodingParameters & { codec?: RTCRtpCodec };

/** One connection to the media node: the talk goes both ways, the whisper comes only. */
export class Connection {
  private readonly peer = new RTCPeerConnection({ bundlePolicy: "max-bundle" });
  private readonly talk: RTCRtpTransceiver;
  private readonly whisper: RTCRtpTransceiver;
  private over = false;
  /** Changes of what is spoken, one after another: a browser takes back what two asked for at once. */
  private speaking: Promise<void> = Promise.resolve();
  /** Until when something else is sent in the microphone's place. */
  private instead: number | undefined;

  constructor(
    private microphone: MediaStreamTrack,
    private readonly handlers: ConnectionHandlers,
  ) {
    this.talk = this.peer.addTransceiver(microphone, { direction: "sendrecv" });
    this.whisper = this.peer.addTransceiver("audio", { direction: "recvonly" });
    const codecs = preferred(RTCRtpReceiver.getCapabilities("audio")?.codecs ?? []);
    for (const part of [this.talk, this.whisper]) part.setCodecPreferences(codecs);
    this.peer.addEventListener("connectionstatechange", () => this.changed());
    void this.offer();
  }

  /** The sound that comes in: the talk's and the whisper's. */
  get sounds(): readonly [MediaStreamTrack, MediaStreamTrack] {
    return [this.talk.receiver.track, this.whisper.receiver.track];
  }

  /** Takes the other side's description. */
  async answered(sdp: string): Promise<void> {
    try {
      await this.peer.setRemoteDescription({ type: "answer", sdp });
    } catch {
      if (!this.over) this.handlers.onBroken();
    }
  }

  /** Speaks with another microphone from here on; nothing is negotiated anew. */
  async speakWith(microphone: MediaStreamTrack): Promise<void> {
    this.microphone = microphone;
    if (this.instead === undefined) await this.talk.sender.replaceTrack(microphone);
  }

  /** Speaks Opus from here on, or as telephones do; a browser that lets nobody choose goes on as it was. */
  speakWide(wide: boolean): void {
    this.speaking = this.speaking.then(() => this.choose(wide)).catch(() => undefined);
  }

  /** What the browser has measured of the line. */
  stats(): Promise<RTCStatsReport> {
    return this.peer.getStats();
  }

  /** Sends this in the microphone's place for so many milliseconds from now on. */
  async sendInstead(track: MediaStreamTrack, lengthMs: number): Promise<void> {
    window.clearTimeout(this.instead);
    this.instead = window.setTimeout(() => {
      this.instead = undefined;
      if (!this.over) void this.talk.sender.replaceTrack(this.microphone);
    }, lengthMs);
    await this.talk.sender.replaceTrack(track);
  }

  close(): void {
    this.over = true;
    window.clearTimeout(this.instead);
    this.peer.close();
  }

  private async offer(): Promise<void> {
    try {
      // The node is ICE-lite and learns this side's addresses from its checks: the offer need not wait for them.
      await this.peer.setLocalDescription();
    } catch {
      if (!this.over) this.handlers.onBroken();
      return;
    }
    if (!this.over) this.handlers.onOffer(this.peer.localDescription?.sdp ?? "");
  }

  private async choose(wide: boolean): Promise<void> {
    const parameters = this.talk.sender.getParameters();
    const encoding: Encoding | undefined = parameters.encodings[0];
    const codec = spoken(parameters.codecs, wide);
    // The first that was agreed on, a telephone's, is spoken without a choice; after one, nothing goes back by itself.
    if (!encoding || !codec || codec.mimeType === (encoding.codec ?? parameters.codecs[0])?.mimeType) return;
    encoding.codec = codec;
    await this.talk.sender.setParameters(parameters);
  }

  private changed(): void {
    if (this.over) return;
    if (this.peer.connectionState === "connected") this.handlers.onSounding();
    if (this.peer.connectionState === "failed" || this.peer.connectionState === "disconnected") this.handlers.onBroken();
  }
}
