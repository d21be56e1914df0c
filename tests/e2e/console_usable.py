"""How soon the console can be used: from the address, from the click that signs in, by the cookie.

Each round is a browser profile of its own, with nothing kept.
"""

from __future__ import annotations

from dataclasses import dataclass

from playwright.async_api import Browser, Page
from tests.e2e.at_console import address
from tests.harness.browser import chromium, person
from tests.harness.running import Running


@dataclass(frozen=True)
class Face:
    """A page, who sees it, and what has to be there for them to begin."""

    page: str
    name: str
    begins_with: str
    """Said in the page's own words: true once they can."""


FACES = (
    Face(
        "wall", "Makoto Kobayashi", "document.querySelector('[data-seat] .wall-name')?.textContent"
    ),
    Face(
        "desk",
        "Daisuke Suzuki",
        "[...document.querySelectorAll('main button:not([disabled])')]"
        ".some((each) => each.textContent.startsWith('Ready'))",
    ),
)
_USABLE = """() => new Promise((usable) => {
  const look = () => {
    if (!(BEGINS)) return requestAnimationFrame(look);
    const channel = new MessageChannel();
    channel.port1.onmessage = () => usable(performance.now());
    channel.port2.postMessage(0);
  };
  look();
})"""
_CLICKED = """() => new Promise((clicked) =>
  addEventListener("click", (event) => clicked(event.timeStamp), { capture: true, once: true }))"""
SIGN_IN = "document.querySelector('section button:not([disabled])')"


async def usable(running: Running, rounds: int) -> dict[str, list[float]]:
    """Milliseconds, by figure."""
    took: dict[str, list[float]] = {"sign_in_page_usable": []}
    async with chromium() as browser:
        for _ in range(rounds):
            for face in FACES:
                await _once(browser, running, face, took)
    return took


async def _once(
    browser: Browser, running: Running, face: Face, took: dict[str, list[float]]
) -> None:
    async with person(browser, "en") as someone:
        page = await someone.new_page()
        await page.goto(f"{address(running)}/", wait_until="commit")
        took["sign_in_page_usable"].append(await _usable_ms(page, SIGN_IN))
        clicked = await page.evaluate_handle(f"() => ({{ at: ({_CLICKED})() }})")
        await page.get_by_role("button", name=face.name).click()
        ready_ms = await _usable_ms(page, face.begins_with)
        clicked_ms = float(await clicked.evaluate("({ at }) => at"))
        took.setdefault(f"{face.page}_usable_after_sign_in", []).append(ready_ms - clicked_ms)
        cookies = await someone.storage_state()
    async with person(browser, "en") as again:
        await again.add_cookies(cookies["cookies"])  # type: ignore[arg-type] # Playwright's own
        page = await again.new_page()
        await page.goto(f"{address(running)}/{face.page}", wait_until="commit")
        took.setdefault(f"{face.page}_usable_by_address", []).append(
            await _usable_ms(page, face.begins_with)
        )


async def _usable_ms(page: Page, begins: str) -> float:
    return float(await page.evaluate(_USABLE.replace("BEGINS", begins)))
