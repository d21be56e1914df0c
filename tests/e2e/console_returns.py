"""Ways in which a person at the console loses their sound, and how it comes back.

How long it took counts from when it could come back: the computer is awake, the network is there,
another microphone can be had, the other tab was asked for.
"""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

from playwright.async_api import Page, expect
from tests.e2e.at_console import SHOWN_MS
from tests.harness.asleep import LONG_ENOUGH_S, asleep
from tests.harness.hearing import next_line_plays, plays
from tests.harness.plugs import BUILT_IN, BUILT_IN_HZ, HEADSET, HEADSET_HZ, plug

from sasayaki_demo.bots import hears

AWAY_S = 2.0
"""How long the network is away."""


async def sleep_to_sound_s(page: Page, hertz: float) -> float:
    """Lets the computer sleep; how long after it woke the page played the tone again."""
    heard = await next_line_plays(page, hertz)
    browser = page.context.browser
    assert browser
    async with asleep(browser, "computer"):
        await asyncio.sleep(LONG_ENOUGH_S)
        begun = time.time()
    return float(await heard()) / 1000 - begun


async def network_to_sound_s(page: Page, hertz: float) -> float:
    """Takes the network away; how long after it was back the page played the tone again."""
    heard = await next_line_plays(page, hertz)
    await page.context.set_offline(True)
    await asyncio.sleep(AWAY_S)
    begun = time.time()
    await page.context.set_offline(False)
    return float(await heard()) / 1000 - begun


async def headset_to_voice_s(page: Page, customer: Path) -> float:
    """Unplugs the headset that speaks; how long until the customer heard the other microphone.

    The headset speaks again afterwards.
    """
    await hears(customer, HEADSET_HZ)
    begun = time.monotonic()
    await plug(page, BUILT_IN)
    await hears(customer, BUILT_IN_HZ)
    took = time.monotonic() - begun
    await plug(page, HEADSET, BUILT_IN)
    await hears(customer, HEADSET_HZ)
    return took


async def tab_to_sound_s(page: Page, hertz: float) -> float:
    """Takes the phone to another tab, then back; how long the way back took until the sound."""
    other = await page.context.new_page()
    await other.goto(page.url)
    await plays(other, hertz)
    heard = await next_line_plays(page, hertz)
    back = page.get_by_role("button", name="Use it in this tab")
    await expect(back).to_be_visible(timeout=SHOWN_MS)
    begun = time.time()
    await back.click()
    took = float(await heard()) / 1000 - begun
    await expect(other.get_by_role("button", name="Use it in this tab")).to_be_visible(
        timeout=SHOWN_MS
    )
    await other.close()
    return took
