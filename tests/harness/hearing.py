"""What a browser plays to its person, and when."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any

from playwright.async_api import Page

WITHIN_S = 20.0
A_WHILE_S = 0.7
LOOK_S = 0.02
LOUD_DB, UNHEARD_DB = -45.0, -60.0
"""Of a tone in what is played, as an analyser of the browser has it."""
PRESENT_DB = -40.0
"""Of a tone in some 10 ms of what is played, to full scale."""
TAP_WHAT_IS_PLAYED = """
window.played = [];
const connect = AudioNode.prototype.connect;
const taps = new Map();
const tapped = (context) => {
  const made = [8192, 32768].map((size) => {
    const tap = context.createAnalyser();
    tap.fftSize = size;
    tap.smoothingTimeConstant = 0;
    return tap;
  });
  window.played.push({ context, tones: made[0], lately: made[1] });
  return made;
};
AudioNode.prototype.connect = function (to, ...rest) {
  const { context } = this;
  if (to === context.destination) {
    if (!taps.has(context)) taps.set(context, tapped(context));
    for (const tap of taps.get(context)) connect.call(this, tap);
  }
  return connect.call(this, to, ...rest);
};
window.firstPlayed = (pitches, above) =>
  new Promise((heard) => {
    const [size, hop] = [512, 128];
    const waves = (rate) =>
      pitches.map((pitch) =>
        [Math.cos, Math.sin].map((wave) =>
          Float32Array.from({ length: size }, (_, at) => {
            const bell = 0.5 - 0.5 * Math.cos((2 * Math.PI * at) / size);
            return (bell * wave((2 * Math.PI * pitch * at) / rate)) / (size / 4);
          }),
        ),
      );
    // Whose sound begins later is looked at whole.
    const looked = new Map(window.played.map(({ lately }) => [lately, performance.now()]));
    const probesOf = new Map();
    const look = ({ context, lately }) => {
      const [now, rate] = [performance.now(), context.sampleRate];
      if (!probesOf.has(rate)) probesOf.set(rate, waves(rate));
      const samples = new Float32Array(lately.fftSize);
      lately.getFloatTimeDomainData(samples);
      const news = ((now - (looked.get(lately) ?? -Infinity)) / 1000) * rate + size;
      looked.set(lately, now);
      const first = Math.max(0, Math.floor(samples.length - news));
      for (let from = first; from + size <= samples.length; from += hop)
        for (const [re, im] of probesOf.get(rate)) {
          let [x, y] = [0, 0];
          for (let at = 0; at < size; at += 1) {
            x += samples[from + at] * re[at];
            y += samples[from + at] * im[at];
          }
          if (20 * Math.log10(Math.hypot(x, y) + 1e-9) > above)
            return Date.now() - ((samples.length - from - size) / rate) * 1000;
        }
    };
    const watching = setInterval(() => {
      const found = window.played.map(look).filter(Boolean);
      if (found.length === 0) return;
      clearInterval(watching);
      heard(Math.min(...found));
    }, 20);
  });
"""
"""For a page, before its own scripts. `firstPlayed`: when one of these tones is played next, to
some 10 ms, in milliseconds since the epoch; a page that is busy meanwhile misses nothing."""
NOTE_LINES = """
window.lines = [];
window.RTCPeerConnection = class extends RTCPeerConnection {
  constructor(...all) {
    super(...all);
    window.lines.push(this);
  }
};
"""
"""For a page, before its own scripts: keeps its connections."""
_NEXT_LINE_PLAYS = """([tones, above]) => {
  const before = window.lines.length;
  return new Promise((sounds) => {
    const look = setInterval(() => {
      const line = window.lines.slice(before).find((each) => each.connectionState === "connected");
      if (!line) return;
      clearInterval(look);
      sounds(window.firstPlayed(tones, above));
    }, 5);
  });
}"""
# Statistics of a connection tell silence here: what Chromium gives to WebAudio it counts as muted.
_LEVELS = """
(pitches) => {
  const loudest = pitches.map(() => -999);
  for (const { context, tones } of window.played ?? []) {
    const levels = new Float32Array(tones.frequencyBinCount);
    tones.getFloatFrequencyData(levels);
    pitches.forEach((pitch, which) => {
      const at = Math.round((pitch * tones.fftSize) / context.sampleRate);
      const near = levels.slice(at - 2, at + 3);
      loudest[which] = Math.max(loudest[which], ...near);
    });
  }
  return loudest;
}
"""
# Of the last 170 ms, to full scale.
_LOUDNESS = """
() => Math.max(-999, ...(window.played ?? []).map(({ tones }) => {
  const samples = new Float32Array(tones.fftSize);
  tones.getFloatTimeDomainData(samples);
  return 10 * Math.log10(samples.reduce((sum, each) => sum + each * each, 0) / samples.length);
}))
"""


async def levels(page: Page, *tones: float) -> list[float]:
    """How loud each tone is in what the page plays at present, dB."""
    return [max(-999.0, each) for each in await page.evaluate(_LEVELS, list(tones))]


async def awaits(
    page: Page, happening: str, argument: object = None
) -> Callable[[], Awaitable[Any]]:
    """Has the page wait for something from here on; what it found, once that is asked for.

    `happening` is a function of the page that promises something.
    """
    begun = f"(argument) => {{ const found = ({happening})(argument); return {{ found }}; }}"
    waiting = await page.evaluate_handle(begun, argument)

    async def found() -> Any:
        async with asyncio.timeout(WITHIN_S):
            return await waiting.evaluate("({ found }) => found")

    return found


async def next_played(page: Page, *tones: float) -> Callable[[], Awaitable[Any]]:
    """When the page plays one of these tones, from here on: milliseconds since the epoch."""
    return await awaits(page, "([tones, above]) => firstPlayed(tones, above)", [tones, PRESENT_DB])


async def next_line_plays(page: Page, *tones: float) -> Callable[[], Awaitable[Any]]:
    """The same of the next connection that the page makes: not what the present one still plays."""
    return await awaits(page, _NEXT_LINE_PLAYS, [tones, PRESENT_DB])


async def plays(page: Page, *tones: float, not_: tuple[float, ...] = ()) -> None:
    """Returns when the page plays these tones, and for a while did not play those."""
    last: list[float] = []
    try:
        async with asyncio.timeout(WITHIN_S):
            while not last or min(last) < LOUD_DB:
                last = await levels(page, *tones)
                await asyncio.sleep(LOOK_S)
    except TimeoutError as late:
        raise AssertionError(f"wanted {tones} Hz, played at {last} dB") from late
    since = time.monotonic()
    while not_ and time.monotonic() - since < A_WHILE_S:
        for hertz, level in zip(not_, await levels(page, *not_), strict=True):
            assert level < UNHEARD_DB, f"the page plays {hertz} Hz at {level} dB"
        await asyncio.sleep(LOOK_S)


async def plays_something(page: Page) -> None:
    """Returns when the page plays a voice, whatever it says."""
    async with asyncio.timeout(WITHIN_S):
        while await page.evaluate(_LOUDNESS) < LOUD_DB:
            await asyncio.sleep(LOOK_S)


async def is_still(page: Page, *tones: float) -> None:
    """Returns when the page plays none of these tones."""
    async with asyncio.timeout(WITHIN_S):
        while max(await levels(page, *tones)) > UNHEARD_DB:
            await asyncio.sleep(LOOK_S)


async def reload_to_sound_s(page: Page, hertz: float) -> float:
    """Reloads the page; how long it was until it played the tone again."""
    begun = time.monotonic()
    await page.reload(wait_until="commit")
    await plays(page, hertz)
    return time.monotonic() - begun
