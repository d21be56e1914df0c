"""People at the console of a whole platform: a Chromium each, which is their phone too."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from playwright.async_api import Browser, Page, expect
from tests.e2e.centre import Centre
from tests.harness.browser import chromium, person
from tests.harness.hearing import NOTE_LINES, TAP_WHAT_IS_PLAYED
from tests.harness.microphones import bursts
from tests.harness.plugs import with_plugs
from tests.harness.running import Running

from sasayaki_demo.bots import CUSTOMER_HZ, MENU_HZ, hears
from sasayaki_demo.examine import NUMBER

SHOWN_MS = 20_000
"""How long a page may take to show what is awaited: a busy machine is no fault."""


def address(running: Running) -> str:
    return f"http://{running.endpoints.gateway}"


@asynccontextmanager
async def listened_page(browser: Browser, language: str = "en") -> AsyncIterator[Page]:
    """A page whose sound can be asked for."""
    async with person(browser, language) as someone:
        await someone.add_init_script(TAP_WHAT_IS_PLAYED + NOTE_LINES)
        yield await someone.new_page()


@asynccontextmanager
async def at_console(
    running: Running, name: str, hertz: float, folder: Path, *plugged: str, at: str = ""
) -> AsyncIterator[Page]:
    """Somebody who signed in by one click and made the browser their phone.

    Their voice is bursts of a tone, or the hum of whichever of these microphones is plugged in.
    `at` is an address of the gateway's other than its own. What they saw when something failed is
    left in the folder.
    """
    async with (
        chromium(microphone=bursts(folder / f"{hertz:.0f}.wav", hertz)) as browser,
        listened_page(browser) as page,
    ):
        if plugged:
            await with_plugs(page.context, *plugged)
        await page.goto(f"http://{at or running.endpoints.gateway}/")
        await page.get_by_role("button", name=name).click(timeout=SHOWN_MS)
        await page.get_by_role("button", name="Phone: Browser phone is off").click(timeout=SHOWN_MS)
        await page.get_by_role("button", name="Use this browser as my phone").last.click()
        await expect(page.get_by_role("button", name="Phone: Connected")).to_be_visible(
            timeout=SHOWN_MS
        )
        await page.keyboard.press("Escape")
        try:
            yield page
        except BaseException:
            await page.screenshot(path=folder / f"{name}.png")
            raise
        # Else the platform would look for the browser for some more seconds.
        await page.get_by_role("button", name=name).click()
        await page.get_by_text("Sign out").click()
        await expect(page.get_by_role("button", name=name)).to_be_visible(timeout=SHOWN_MS)


async def gets_ready(desk: Page) -> None:
    """Makes the operator at a desk ready, by key."""
    await desk.keyboard.press("d")
    await expect(desk.get_by_text("Waiting for a call.")).to_be_visible(timeout=SHOWN_MS)


async def rings(at: Centre, desk: Page, name: str, caller: str) -> Path:
    """Lets a customer call until it rings at the desk; returns what the customer hears."""
    await at.phones.add(name, {"tone": CUSTOMER_HZ}, record=True)
    since = at.phones.position
    await at.phones.call(name, NUMBER, caller)
    begun = await at.phones.wait(name, "established", since=since, within_s=20)
    await hears(Path(begun["rx"]), MENU_HZ)
    await at.phones.do("dtmf", phone=name, digits="2")
    await expect(desk.get_by_role("button", name="Answer")).to_be_enabled(timeout=SHOWN_MS)
    return Path(begun["rx"])


async def answers(desk: Page) -> None:
    """Lets the operator pick up, by key, and returns when the desk shows the talk."""
    await desk.keyboard.press("a")
    await expect(desk.get_by_role("button", name="Hold")).to_be_enabled(timeout=SHOWN_MS)


async def wraps_up(desk: Page) -> None:
    """Lets the operator complete the wrap-up, and go home."""
    finish = desk.get_by_role("button", name="Finish wrap-up")
    await expect(finish).to_be_enabled(timeout=SHOWN_MS)
    await desk.get_by_role("combobox", name="Outcome").select_option("resolved")
    await finish.press("Enter")
    await expect(desk.get_by_text("Waiting for a call.")).to_be_visible(timeout=SHOWN_MS)
    await desk.get_by_role("button", name="Off").press("Enter")
    await expect(desk.get_by_role("status").get_by_text("Off")).to_be_visible(timeout=SHOWN_MS)
