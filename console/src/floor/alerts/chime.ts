const TONES = [880, 1_175];
const TONE_S = 0.16;
const LOUDNESS = 0.12;
const TOUCHES = ["pointerdown", "keydown"] as const;

let context: AudioContext | undefined;

/** Opens the loudspeaker before it is needed: that takes longer than an alert may. Returns how to stop. */
export function readyToChime(): () => void {
  // Browsers let a page sound once its person has touched it.
  const touched = () => {
    context ??= new AudioContext();
    if (context.state === "suspended") void context.resume().catch(() => undefined);
  };
  for (const touch of TOUCHES) document.addEventListener(touch, touched);
  touched();
  return () => {
    for (const touch of TOUCHES) document.removeEventListener(touch, touched);
  };
}

/** Two rising tones; nothing while the browser keeps the page silent, for they would all come at once later. */
export function chime(): void {
  if (context?.state !== "running") return;
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
