"""What a browser plays to its person, and how soon."""

from __future__ import annotations

import asyncio
import time

from playwright.async_api import Page

WITHIN_S = 20.0
LOUD_DB, NEAR_HZ = -45.0, 20.0
TAP_WHAT_IS_PLAYED = """
window.played = [];
const connect = AudioNode.prototype.connect;
AudioNode.prototype.connect = function (to, ...rest) {
  if (to === this.context.destination) {
    const tap = this.context.createAnalyser();
    tap.fftSize = 8192;
    tap.smoothingTimeConstant = 0;
    connect.call(this, tap);
    window.played.push(tap);
  }
  return connect.call(this, to, ...rest);
};
"""
"""For a page, before its own scripts."""
# Statistics of a connection tell silence here: what Chromium gives to WebAudio it counts as muted.
_LOUDEST = """
() => (window.played ?? []).map((tap) => {
  const levels = new Float32Array(tap.frequencyBinCount);
  tap.getFloatFrequencyData(levels);
  const level = Math.max(...levels);
  return [levels.indexOf(level) * tap.context.sampleRate / tap.fftSize, Math.max(level, -999)];
})
"""


async def plays(page: Page, hertz: float) -> None:
    """Returns when the page plays a tone to its person."""
    async with asyncio.timeout(WITHIN_S):
        while not any(
            level > LOUD_DB and abs(pitch - hertz) < NEAR_HZ
            for pitch, level in await page.evaluate(_LOUDEST)
        ):
            await asyncio.sleep(0.02)


async def reload_to_sound_s(page: Page, hertz: float) -> float:
    """Reloads the page; how long it was until it played the tone again."""
    begun = time.monotonic()
    await page.reload(wait_until="commit")
    await plays(page, hertz)
    return time.monotonic() - begun
