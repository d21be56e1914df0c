"""Pictures of the console's pages, in both languages: `python -m tests.harness.console_shots`.

Without an address the pages show the sample centre of `console_sample`; with one, what a running
platform with the demo's people shows: `--address http://127.0.0.1:8080`. They go to
`var/screenshots`; those that the README shows, with `--readme`, to `docs/images` too.
"""

from __future__ import annotations

import argparse
import asyncio
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

from playwright.async_api import Browser, BrowserContext, Page
from tests.harness.browser import ROOT, chromium, person, screenshot
from tests.harness.console_sample import SampleCentre
from tests.harness.console_site import console_site

IMAGES = ROOT / "docs" / "images"
IN_README = {"flows-ja-light": "flows.png", "recordings-en-light": "recordings.png"}


@dataclass(frozen=True)
class Shot:
    """A page as somebody of a role sees it, once `shown` is there."""

    name: str
    path: str
    role: str
    shown: str


SHOTS = (
    Shot("recordings", "/recordings?contact=con_1&at=40", "manager", "input[type=range]"),
    Shot("reasons", "/reasons", "manager", "[role=img] svg text"),
    Shot("flows", "/flows", "manager", ".react-flow__node"),
    Shot("accounts", "/accounts", "manager", "tbody th"),
    Shot("audit", "/audit", "auditor", "tbody td"),
)
LIVE = (
    Shot("desk", "/desk", "operator", "h1"),
    Shot("wall", "/wall", "supervisor", "h1"),
    Shot("fairness", "/fairness", "supervisor", "h1"),
    Shot("ledger", "/ledger", "operator", "h1"),
    *(Shot(each.name, each.path.split("?")[0], each.role, "h1") for each in SHOTS),
)
"""With a running platform: all pages."""


async def sample(page: Page, site: str, shot: Shot) -> None:
    """Opens a page with the sample centre behind it."""
    await SampleCentre(shot.role).serve(page)
    await page.goto(site + shot.path)


async def running(page: Page, address: str, shot: Shot) -> None:
    """Opens a page of a running platform, signed in as one of the demo's people."""
    people = await (await page.request.get(f"{address}/api/session/demo")).json()
    one = next(each for each in people if each["role"] == shot.role)
    await page.request.post(f"{address}/api/session/demo", data={"userId": one["userId"]})
    await page.goto(address + shot.path)


async def taken(
    context: BrowserContext, address: str, shot: Shot, name: str, *, live: bool
) -> Path:
    """The picture of one page."""
    page = await context.new_page()
    await (running if live else sample)(page, address, shot)
    await page.locator(shot.shown).first.wait_for()
    await page.wait_for_load_state("networkidle" if not live else "load")
    picture = await screenshot(page, name)
    await page.close()
    return picture


async def every(browser: Browser, address: str, *, live: bool) -> list[Path]:
    """Pictures of every page in both languages and themes."""
    pictures = []
    for language in ("ja", "en"):
        for theme in ("light", "dark"):
            for shot in LIVE if live else SHOTS:
                async with person(browser, language, theme) as context:
                    name = f"{shot.name}-{language}-{theme}"
                    pictures.append(await taken(context, address, shot, name, live=live))
    return pictures


async def main(address: str, *, readme: bool) -> None:
    """Takes the pictures and says where they are."""
    async with chromium() as browser:
        if address:
            pictures = await every(browser, address, live=True)
        else:
            with console_site() as site:
                pictures = await every(browser, site, live=False)
    for picture in pictures:
        sys.stdout.write(f"{picture.relative_to(ROOT)}\n")
        if readme and picture.stem in IN_README:
            IMAGES.mkdir(exist_ok=True)
            shutil.copy(picture, IMAGES / IN_README[picture.stem])


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--address", default="", help="of a running gateway with the demo's people")
    parser.add_argument("--readme", action="store_true", help="renew the README's pictures too")
    given = parser.parse_args()
    asyncio.run(main(given.address, readme=given.readme))
