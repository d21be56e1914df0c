import type { MicrophoneFault } from "./line";
import { microphoneOf, NoMicrophone } from "./microphone";

export interface VoiceHandlers {
  /** The voice comes from this stream from here on. */
  readonly onStream: (stream: MediaStream) => void;
  /** Why nobody hears the person; undefined: they are heard again. */
  readonly onUnheard: (why: MicrophoneFault | undefined) => void;
}

const whyNot = (error: unknown): MicrophoneFault => (error instanceof NoMicrophone ? error.why : "busy");

const end = (stream: MediaStream | undefined): void => stream?.getTracks().forEach((track) => track.stop());

/** The person's own voice: one microphone, and another one when that is unplugged or changed. */
export class Voice {
  private stream: MediaStream | undefined;
  /** Counts what was asked for: only the last answer is heeded. */
  private asked = 0;

  constructor(private readonly handlers: VoiceHandlers) {}

  /** The last microphone's track; one that has ended is silence. */
  get track(): MediaStreamTrack | undefined {
    return this.stream?.getAudioTracks()[0];
  }

  /** Opens a microphone, the system's where the wanted one is not there; answers why there is none. */
  async open(deviceId: string): Promise<MicrophoneFault | undefined> {
    this.asked += 1;
    try {
      this.take(await microphoneOf(deviceId), deviceId);
      return undefined;
    } catch (error) {
      return whyNot(error);
    }
  }

  /** Speaks with this microphone, if one speaks at all; without one the person still hears. */
  async change(deviceId: string): Promise<void> {
    if (!this.stream) return;
    this.asked += 1;
    const { asked } = this;
    try {
      const stream = await microphoneOf(deviceId);
      if (asked !== this.asked) return end(stream);
      this.take(stream, deviceId);
      this.handlers.onUnheard(undefined);
    } catch (error) {
      if (asked === this.asked) this.handlers.onUnheard(whyNot(error));
    }
  }

  release(): void {
    this.asked += 1;
    end(this.stream);
    this.stream = undefined;
    this.handlers.onUnheard(undefined);
  }

  private take(stream: MediaStream, deviceId: string): void {
    end(this.stream);
    this.stream = stream;
    // Unplugged, or not allowed any more.
    this.track?.addEventListener("ended", () => void this.change(deviceId));
    this.handlers.onStream(stream);
  }
}
