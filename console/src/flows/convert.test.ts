import { expect, it } from "vitest";

import { mixed, wavOf } from "./convert";

it("channels become one, their mean", () => {
  expect([...mixed([new Float32Array([1, 0]), new Float32Array([0, -1])])]).toEqual([0.5, -0.5]);
  expect([...mixed([])]).toEqual([]);
});

it("samples become a telephone's WAV file", async () => {
  const file = wavOf(new Float32Array([0, 1, -1, 2]));
  const bytes = new DataView(await file.arrayBuffer());
  const text = (at: number) => String.fromCharCode(...[0, 1, 2, 3].map((place) => bytes.getUint8(at + place)));
  expect([text(0), text(8), text(12), text(36)]).toEqual(["RIFF", "WAVE", "fmt ", "data"]);
  expect([bytes.getUint16(20, true), bytes.getUint16(22, true), bytes.getUint32(24, true), bytes.getUint16(34, true)]).toEqual([1, 1, 8_000, 16]);
  expect([bytes.getUint32(4, true), bytes.getUint32(40, true), file.size, file.type]).toEqual([44, 8, 52, "audio/wav"]);
  expect([0, 1, 2, 3].map((at) => bytes.getInt16(44 + 2 * at, true))).toEqual([0, 32_767, -32_767, 32_767]);
});
