const ROWS = [697, 770, 852, 941];
const COLUMNS = [1209, 1336, 1477];
const KEYS = "123456789*0#";

/** Time for the track to be on its way before it sounds. */
const LEAD_S = 0.06;
const TONE_S = 0.16;
const PAUSE_S = 0.08;
/** Of full scale, each of the two. */
const LOUDNESS = 0.25;

/** The two pitches of a telephone's key (ITU-T Q.23), in Hz; none for what is no key. */
export function pitchesOf(key: string): readonly number[] {
  const at = KEYS.indexOf(key);
  const [row, column] = [ROWS[Math.floor(at / 3)], COLUMNS[at % 3]];
  return key.length === 1 && row && column ? [row, column] : [];
}

/** The tones of keys as a track that is sent in the microphone's place: every telephone hears them in the voice. */
export class KeyTones {
  private readonly context = new AudioContext();
  private readonly out = this.context.createMediaStreamDestination();
  /** When the last key will have sounded, by the context's clock. */
  private over = 0;

  get track(): MediaStreamTrack | undefined {
    return this.out.stream.getAudioTracks()[0];
  }

  /** Sounds a key after those before it; answers in how many milliseconds it is over. */
  async press(key: string): Promise<number> {
    await this.context.resume();
    const now = this.context.currentTime;
    const begin = Math.max(now + LEAD_S, this.over);
    this.over = begin + TONE_S + PAUSE_S;
    const gain = this.context.createGain();
    gain.gain.value = LOUDNESS;
    gain.connect(this.out);
    for (const pitch of pitchesOf(key)) {
      const tone = this.context.createOscillator();
      tone.frequency.value = pitch;
      tone.connect(gain);
      tone.start(begin);
      tone.stop(begin + TONE_S);
    }
    return (this.over - now) * 1_000;
  }

  close(): void {
    void this.context.close();
  }
}
