import { expect, it } from "vitest";

import { preferred } from "./codecs";

const codec = (name: string, clockRate: number) => ({ mimeType: `audio/${name}`, clockRate });

it("offers what telephones speak before Opus, and nothing else", () => {
  const offered = preferred([
    codec("opus", 48_000),
    codec("red", 48_000),
    codec("G722", 8_000),
    codec("PCMU", 8_000),
    codec("PCMA", 8_000),
    codec("CN", 8_000),
    codec("telephone-event", 48_000),
    codec("telephone-event", 8_000),
  ]);
  expect(offered.map((each) => `${each.mimeType}/${each.clockRate}`)).toEqual([
    "audio/PCMU/8000",
    "audio/PCMA/8000",
    "audio/telephone-event/8000",
    "audio/opus/48000",
    "audio/telephone-event/48000",
  ]);
});
