interface Codec {
  readonly mimeType: string;
  readonly clockRate: number;
}

/** As telephones first: their packets pass through the media node untouched. */
const ORDER = ["audio/pcmu/8000", "audio/pcma/8000", "audio/telephone-event/8000", "audio/opus/48000", "audio/telephone-event/48000"];

const rank = (codec: Codec): number => ORDER.indexOf(`${codec.mimeType.toLowerCase()}/${codec.clockRate}`);

/** The codecs that the phone offers, the best first; others are left out. */
export const preferred = <One extends Codec>(codecs: readonly One[]): One[] =>
  codecs.filter((codec) => rank(codec) >= 0).sort((a, b) => rank(a) - rank(b));

/** What is to be spoken, of what was agreed on: Opus in wide band, else as telephones do; undefined if it is not there. */
export const spoken = <One extends Codec>(codecs: readonly One[], wide: boolean): One | undefined =>
  codecs.find((codec) => (codec.mimeType.toLowerCase() === "audio/opus") === wide);
