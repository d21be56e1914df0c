const TONES = [880, 1_175];
const TONE_S = 0.16;
const LOUDNESS = 0.12;

let context: AudioContext | undefined;

/** Two rising tones. Browsers let a page sound once its person has touched it. */
export function chime(): void {
  context ??= new AudioContext();
  const now = context.currentTime;
  for (const [at, frequency] of TONES.entries()) {
    const tone = context.createOscillator();
    const volume = context.createGain();
    const from = now + at * TONE_S;
    tone.frequency.value = frequency;
    volume.gain.setValueAtTime(LOUDNESS, from);
    volume.gain.exponentialRampToValueAtTime(0.001, from + TONE_S);
    tone.connect(volume).connect(context.destination);
    tone.start(from);
    tone.stop(from + TONE_S);
  }
}
