/** How loud something is at present, 0 to 1. */
export type Level = () => number;

export const SILENT: Level = () => 0;

function levelOf(analyser: AnalyserNode): Level {
  const samples = new Float32Array(analyser.fftSize);
  return () => {
    analyser.getFloatTimeDomainData(samples);
    const power = samples.reduce((sum, each) => sum + each * each, 0) / samples.length;
    // -60 dBFS and less is an empty meter, -6 dBFS a full one.
    return Math.min(1, Math.max(0, (10 * Math.log10(power + 1e-12) + 60) / 54));
  };
}

/** One sound that comes in, on its way to the ears. */
interface Ear {
  readonly panner: StereoPannerNode;
  readonly level: Level;
  readonly element: HTMLAudioElement;
  readonly source: MediaStreamAudioSourceNode;
}

/** Plays what comes in: the talk and the whisper, one to each ear if wished. */
export class Ears {
  private readonly context = new AudioContext();
  private heard: readonly Ear[] = [];
  private own: MediaStreamAudioSourceNode | undefined;

  constructor(private readonly onAudible: (audible: boolean) => void) {
    this.context.addEventListener("statechange", () => this.onAudible(this.context.state === "running"));
  }

  /** Browsers keep a page silent until the person touches it. */
  async wake(): Promise<void> {
    if (this.context.state !== "running") await this.context.resume().catch(() => undefined);
    this.onAudible(this.context.state === "running");
  }

  /** Plays these instead of what was played before. */
  play(sounds: readonly MediaStreamTrack[], twoEars: boolean): void {
    this.hush();
    this.heard = sounds.map((track) => this.ear(track));
    this.pan(twoEars);
    void this.wake();
  }

  pan(twoEars: boolean): void {
    this.heard.forEach((ear, place) => {
      ear.panner.pan.value = twoEars ? (place === 0 ? -1 : 1) : 0;
    });
  }

  /** Plays by this device, where the browser lets one choose. */
  async playBy(deviceId: string): Promise<void> {
    const context = this.context as AudioContext & { setSinkId?: (id: string) => Promise<void> };
    await context.setSinkId?.(deviceId).catch(() => undefined);
  }

  /** Level of what is heard: the talk's at 0, the whisper's at 1. */
  levelOf(place: 0 | 1): Level {
    return this.heard[place]?.level ?? SILENT;
  }

  /** Level of the own microphone; it is measured, not played. */
  microphone(stream: MediaStream): Level {
    this.own?.disconnect();
    this.own = this.context.createMediaStreamSource(stream);
    const analyser = this.context.createAnalyser();
    this.own.connect(analyser);
    return levelOf(analyser);
  }

  /** A short tone: for rings, warnings and the loudspeaker's check. */
  tone(pitches: readonly number[], seconds: number, loudness = 0.15): void {
    const gain = this.context.createGain();
    const begin = this.context.currentTime;
    gain.gain.setValueAtTime(0, begin);
    gain.gain.linearRampToValueAtTime(loudness, begin + 0.02);
    gain.gain.setValueAtTime(loudness, begin + seconds - 0.05);
    gain.gain.linearRampToValueAtTime(0, begin + seconds);
    gain.connect(this.context.destination);
    for (const pitch of pitches) {
      const tone = this.context.createOscillator();
      tone.frequency.value = pitch;
      tone.connect(gain);
      tone.start(begin);
      tone.stop(begin + seconds);
    }
  }

  hush(): void {
    for (const ear of this.heard) {
      ear.source.disconnect();
      ear.panner.disconnect();
      ear.element.srcObject = null;
    }
    this.heard = [];
  }

  close(): void {
    this.hush();
    void this.context.close();
  }

  private ear(track: MediaStreamTrack): Ear {
    const stream = new MediaStream([track]);
    // Chromium lets a remote track flow only while an element plays it; it is muted, the context is what is heard.
    const element = new Audio();
    element.muted = true;
    element.srcObject = stream;
    void element.play().catch(() => undefined);
    const source = this.context.createMediaStreamSource(stream);
    const panner = this.context.createStereoPanner();
    const analyser = this.context.createAnalyser();
    source.connect(analyser);
    source.connect(panner).connect(this.context.destination);
    return { panner, level: levelOf(analyser), element, source };
  }
}
