import { expect, it } from "vitest";

import { preferred, spoken } from "./codecs";

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

it("speaks wide band in Opus where that was agreed on, and else what telephones speak", () => {
  const both = [codec("PCMU", 8_000), codec("opus", 48_000)];
  expect(spoken(both, true)?.mimeType).toBe("audio/opus");
  expect(spoken(both, false)?.mimeType).toBe("audio/PCMU");
  expect(spoken([codec("PCMU", 8_000), codec("PCMA", 8_000)], true)).toBeUndefined();
});
