import { Refused } from "../api/client";

const RATE_HZ = 8_000;
const HEAD_BYTES = 44;

/** Whatever the browser can read, as a telephone's sound: WAV, 8 kHz, 16 bit, one channel. Raises Refused. */
export async function converted(file: Blob): Promise<Blob> {
  const context = new OfflineAudioContext(1, 1, RATE_HZ);
  try {
    // A context's rate is that of what it reads: the browser filters and resamples.
    const read = await context.decodeAudioData(await file.arrayBuffer());
    return wavOf(mixed(Array.from({ length: read.numberOfChannels }, (_, at) => read.getChannelData(at))));
  } catch (reason) {
    if (reason instanceof DOMException) throw new Refused(400, { code: "INVALID_ARGUMENT", reason: "NOT_CONVERTED", message: "" });
    throw reason;
  }
}

/** The mean of all channels. */
export function mixed(channels: readonly Float32Array[]): Float32Array {
  const [first = new Float32Array(), ...others] = channels;
  if (others.length === 0) return first;
  return first.map((sample, at) => others.reduce((sum, channel) => sum + (channel[at] ?? 0), sample) / channels.length);
}

/** A WAV file of samples from -1 to 1. */
export function wavOf(samples: Float32Array): Blob {
  const bytes = new DataView(new ArrayBuffer(HEAD_BYTES + 2 * samples.length));
  const text = (at: number, words: string) => [...words].forEach((char, place) => bytes.setUint8(at + place, char.charCodeAt(0)));
  text(0, "RIFF");
  bytes.setUint32(4, bytes.byteLength - 8, true);
  text(8, "WAVEfmt ");
  bytes.setUint32(16, 16, true);
  bytes.setUint16(20, 1, true);
  bytes.setUint16(22, 1, true);
  bytes.setUint32(24, RATE_HZ, true);
  bytes.setUint32(28, 2 * RATE_HZ, true);
  bytes.setUint16(32, 2, true);
  bytes.setUint16(34, 16, true);
  text(36, "data");
  bytes.setUint32(40, 2 * samples.length, true);
  samples.forEach((sample, at) => bytes.setInt16(HEAD_BYTES + 2 * at, Math.round(Math.max(-1, Math.min(1, sample)) * 32_767), true));
  return new Blob([bytes], { type: "audio/wav" });
}
