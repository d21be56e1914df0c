import { onReturn } from "../api/returns";
import { Connection } from "./connection";
import { type Device, devices, type Kind, same, used } from "./devices";
import { Ears, type Level, SILENT } from "./ears";
import { type Deed, type Happening, type Line, type MicrophoneFault, next, OFF } from "./line";
import type { PhoneFault, PhoneHears, PhoneSays, PhoneView } from "./messages";
import { keepSettings, keptSettings, type PhoneSettings } from "./settings";
import { PhoneSocket } from "./socket";
import { Voice } from "./voice";
import { NO_WISHES, refused, seenWith, type Wishes } from "./wishes";

/** The phone as the pages see it. */
export interface PhoneSnapshot {
  readonly line: Line;
  /** As the media node has it; undefined before it said anything. */
  readonly view: PhoneView | undefined;
  readonly wishes: Wishes;
  readonly fault: PhoneFault | undefined;
  /** Why nobody hears the person though the line stands: the microphone went away in the call. */
  readonly unheard: MicrophoneFault | undefined;
  /** The device that the computer put in another's place last. */
  readonly replaced: Device | undefined;
  /** False while the browser keeps the page silent until it is touched. */
  readonly audible: boolean;
  readonly settings: PhoneSettings;
  readonly devices: readonly MediaDeviceInfo[];
}

const FIRST: Omit<PhoneSnapshot, "settings"> = {
  line: OFF,
  view: undefined,
  wishes: NO_WISHES,
  fault: undefined,
  unheard: undefined,
  replaced: undefined,
  audible: true,
  devices: [],
};

/** Does what the line's state machine says, with the browser's socket, microphone, connection and sound. */
export class PhoneDriver {
  private seen: PhoneSnapshot = { ...FIRST, settings: keptSettings() };
  private readonly watchers = new Set<() => void>();
  private socket: PhoneSocket | undefined;
  private connection: Connection | undefined;
  private readonly voice = new Voice({
    onStream: (stream) => this.speakBy(stream),
    onUnheard: (unheard) => this.show({ unheard }),
  });
  private ears: Ears | undefined;
  private ownLevel: Level = SILENT;
  private timer: number | undefined;
  private stopReturns: (() => void) | undefined;
  /** The contacts for which talk-back is held at present. */
  private readonly held = new Set<string>();
  /** Nothing was heard on the present socket yet. */
  private fresh = false;

  /** `whispered`: whether supervisors may whisper to this person, so that two ears make sense. */
  constructor(private readonly whispered: boolean) {}

  readonly snapshot = (): PhoneSnapshot => this.seen;

  readonly watch = (watcher: () => void): (() => void) => {
    this.watchers.add(watcher);
    return () => this.watchers.delete(watcher);
  };

  /** Begins to heed the computer: its networks, devices and sleep. */
  start(): void {
    navigator.mediaDevices?.addEventListener("devicechange", this.devicesChanged);
    document.addEventListener("pointerdown", this.touched);
    document.addEventListener("keydown", this.touched);
    this.stopReturns = onReturn(() => this.happens({ what: "elsewhere" }));
  }

  stop(): void {
    navigator.mediaDevices?.removeEventListener("devicechange", this.devicesChanged);
    document.removeEventListener("pointerdown", this.touched);
    document.removeEventListener("keydown", this.touched);
    this.stopReturns?.();
    this.happens({ what: "end" });
    this.ears?.close();
    this.ears = undefined;
  }

  /** Uses this browser as the phone, from the next sign-in on too; also takes it back from another tab. */
  begin(): void {
    this.choose({ use: true });
    if (this.seen.unheard) void this.voice.change(this.seen.settings.microphone);
    this.happens({ what: "begin" });
  }

  end(): void {
    this.choose({ use: false });
    this.happens({ what: "end" });
  }

  choose(change: Partial<PhoneSettings>): void {
    const settings = { ...this.seen.settings, ...change };
    keepSettings(settings);
    this.show({ settings });
    if (change.twoEars !== undefined) this.ears?.pan(this.twoEars);
    if (change.speaker !== undefined) void this.ears?.playBy(change.speaker);
    if (change.microphone !== undefined) void this.voice.change(change.microphone);
  }

  pickUp(contactId: string): void {
    const wishes = this.seen.wishes;
    this.wish({ type: "pick_up", contactId }, { ...wishes, pickUp: [...wishes.pickUp, contactId] });
  }

  putDown(contactId: string): void {
    const wishes = this.seen.wishes;
    this.wish({ type: "put_down", contactId }, { ...wishes, putDown: [...wishes.putDown, contactId] });
  }

  mute(contactId: string, muted: boolean): void {
    const wishes = this.seen.wishes;
    this.wish({ type: "mute", contactId, muted }, { ...wishes, muted: { ...wishes.muted, [contactId]: muted } });
  }

  talkBack(contactId: string, on: boolean): void {
    const wishes = this.seen.wishes;
    if (on) this.held.add(contactId);
    else this.held.delete(contactId);
    this.wish({ type: "talk_back", contactId, on }, { ...wishes, talkBack: { ...wishes.talkBack, [contactId]: on } });
  }

  /** What the browser has measured of the line; undefined while there is none. */
  async stats(): Promise<RTCStatsReport | undefined> {
    return this.connection?.stats();
  }

  /** Sends this in the microphone's place for so many milliseconds. */
  async sendInstead(track: MediaStreamTrack, lengthMs: number): Promise<void> {
    await this.connection?.sendInstead(track, lengthMs);
  }

  /** How loud the own microphone is at present. */
  readonly level = (): number => this.ownLevel();

  /** How loud it is what comes in: the talk at 0, the whisper at 1. */
  heard(place: 0 | 1): number {
    return this.ears?.levelOf(place)() ?? 0;
  }

  tone(pitches: readonly number[], seconds: number): void {
    this.ears ??= this.newEars();
    void this.ears.wake();
    this.ears.tone(pitches, seconds);
  }

  private get wide(): boolean {
    return this.seen.view?.legs.some((leg) => leg.wideBand && leg.state === "PHONE_LEG_STATE_TALKING") ?? false;
  }

  private get twoEars(): boolean {
    return this.whispered && this.seen.settings.twoEars;
  }

  private readonly touched = (): void => void (this.ears && this.ears.wake());
  private readonly devicesChanged = (): void => void this.changeDevices();

  private show(change: Partial<PhoneSnapshot>): void {
    this.seen = { ...this.seen, ...change };
    for (const watcher of this.watchers) watcher();
  }

  private wish(message: PhoneSays, wishes: Wishes): void {
    if (this.socket?.say(message)) this.show({ wishes, fault: undefined });
    else this.show({ fault: { about: message.type, reason: "UNREACHED" } });
  }

  private happens(happening: Happening): void {
    const { line, deeds } = next(this.seen.line, happening);
    const wake = deeds.find((deed) => typeof deed === "object");
    if (wake || line.at !== this.seen.line.at) window.clearTimeout(this.timer);
    if (wake) this.timer = window.setTimeout(() => this.happens({ what: "due" }), wake.wakeMs);
    this.show(line.at === "off" || line.at === "taken_over" ? { line, view: undefined, wishes: NO_WISHES } : { line });
    for (const deed of deeds) this.do(deed);
  }

  private do(deed: Deed): void {
    switch (deed) {
      case "ask_microphone":
        void this.askMicrophone();
        return;
      case "open_socket":
        this.socket?.close();
        this.fresh = true;
        this.socket = new PhoneSocket({
          onOpen: () => this.happens({ what: "socket_open" }),
          onMessage: (message) => this.hear(message),
          onClosed: (code) => this.happens({ what: "socket_closed", code }),
        });
        return;
      case "close_socket":
        this.socket?.close();
        this.socket = undefined;
        return;
      case "connect":
        this.connect();
        return;
      case "disconnect":
        this.connection?.close();
        this.connection = undefined;
        this.ears?.hush();
        return;
      case "release_microphone":
        this.voice.release();
        this.ownLevel = SILENT;
        this.show({ replaced: undefined });
        return;
      default:
    }
  }

  private hear(message: PhoneHears): void {
    switch (message.type) {
      case "answer":
        void this.connection?.answered(message.sdp);
        this.happens({ what: "answered", connectionId: message.connectionId });
        return;
      case "phone":
        // What was asked for on the socket of before may never have come: it can be asked for again.
        this.show({ view: message, wishes: this.fresh ? NO_WISHES : seenWith(this.seen.wishes, message.legs) });
        this.connection?.speakWide(this.wide);
        this.happens({ what: "seen", connectionId: message.connectionId, lost: message.browser === "BROWSER_STATE_LOST" });
        this.letGoOfTalkBack(message);
        return;
      case "error":
        this.show({ fault: { about: message.about, reason: message.reason }, wishes: refused(this.seen.wishes, message.about) });
        if (message.about === "offer") this.happens({ what: "offer_refused" });
    }
  }

  private async askMicrophone(): Promise<void> {
    const why = await this.voice.open(this.seen.settings.microphone);
    if (why) this.happens({ what: "microphone_refused", why });
    // The person may have ended the shift while the browser asked.
    else this.happens(this.seen.line.at === "asking" ? { what: "microphone_ready" } : { what: "end" });
    this.show({ devices: await devices() });
  }

  private speakBy(stream: MediaStream): void {
    this.ears ??= this.newEars();
    this.ownLevel = this.ears.microphone(stream);
    const track = stream.getAudioTracks()[0];
    if (track) void this.connection?.speakWith(track);
  }

  /** Goes on with what is there now. The line stands, whichever devices come and go. */
  private async changeDevices(): Promise<void> {
    const before = this.seen.devices;
    const present = await devices();
    this.show({ devices: present });
    if (this.seen.line.at === "no_microphone" && used(present, "audioinput", "")) this.happens({ what: "begin" });
    if (!this.voice.track) return;
    const { microphone, speaker } = this.seen.settings;
    const other = (kind: Kind, chosen: string) => !same(used(before, kind, chosen), used(present, kind, chosen));
    if (other("audiooutput", speaker)) {
      const replaced = used(present, "audiooutput", speaker);
      await this.ears?.playBy(replaced?.deviceId === speaker ? speaker : "");
      this.show({ replaced });
    }
    if (other("audioinput", microphone) || this.seen.unheard) {
      await this.voice.change(microphone);
      this.show({ replaced: used(present, "audioinput", microphone) });
    }
  }

  /** Talk-back lasts as long as its key is held: one that was let go of while nobody was reached ends now. */
  private letGoOfTalkBack({ legs }: PhoneView): void {
    if (!this.fresh) return;
    this.fresh = false;
    for (const { contactId, talkBack } of legs) if (talkBack && !this.held.has(contactId)) this.talkBack(contactId, false);
  }

  private newEars(): Ears {
    const ears = new Ears((audible) => this.show({ audible }));
    if (this.seen.settings.speaker) void ears.playBy(this.seen.settings.speaker);
    return ears;
  }

  private connect(): void {
    this.connection?.close();
    const { track } = this.voice;
    if (!track) return;
    const connection: Connection = new Connection(track, {
      onOffer: (sdp) => void this.socket?.say({ type: "offer", sdp }),
      onSounding: () => {
        connection.speakWide(this.wide);
        this.happens({ what: "sounding" });
      },
      onBroken: () => this.happens({ what: "broken" }),
    });
    this.connection = connection;
    this.ears ??= this.newEars();
    this.ears.play(connection.sounds, this.twoEars);
  }
}
