"""Pictures of the console's pages, in both languages: `python -m tests.harness.console_shots`.

Without an address the component tests take them, of pages with made-up centres behind them; with
one (`--address http://127.0.0.1:8080`) they show what a running platform with the demo's people
shows. They go to `var/screenshots`; the README's two, with `--readme`, to `docs/images` too.
"""

from __future__ import annotations

import argparse
import asyncio
import shutil
import subprocess
import sys

from playwright.async_api import Browser
from tests.harness.browser import ROOT, SHOTS, chromium, person, screenshot

IMAGES = ROOT / "docs" / "images"
IN_README = {"wall-ja-light": "wall.png", "desk-talking-en-light": "desk.png"}
PAGES = {
    "/desk": "operator",
    "/wall": "supervisor",
    "/recordings": "manager",
    "/reasons": "manager",
    "/fairness": "supervisor",
    "/ledger": "operator",
    "/audit": "manager",
    "/flows": "manager",
    "/accounts": "manager",
}
"""Whose view of a page is taken."""


def of_tests() -> int:
    """Pictures by the tests that hold every page against axe; how pytest ended."""
    tests = [sys.executable, "-m", "pytest", "-q", "tests/component/console", "-k", "axe"]
    return subprocess.run(tests, cwd=ROOT, check=False).returncode


async def of_platform(address: str) -> None:
    """Pictures of every page of a running platform, in both languages and themes."""
    async with chromium() as browser:
        for language in ("ja", "en"):
            for theme in ("light", "dark"):
                for path in PAGES:
                    await _taken(browser, address, path, language, theme)


async def _taken(browser: Browser, address: str, path: str, language: str, theme: str) -> None:
    async with person(browser, language, theme) as context:
        page = await context.new_page()
        people = await (await page.request.get(f"{address}/api/session/demo")).json()
        one = next(each for each in people if each["role"] == PAGES[path])
        await page.request.post(f"{address}/api/session/demo", data={"userId": one["userId"]})
        await page.goto(address + path)
        # The wall and the desk have streams that never end: what counts is that there is a page.
        await page.get_by_role("heading").first.wait_for()
        await screenshot(page, f"live-{path[1:]}-{language}-{theme}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--address", default="", help="of a running gateway with the demo's people")
    parser.add_argument("--readme", action="store_true", help="renew the README's pictures too")
    given = parser.parse_args()
    if given.address:
        asyncio.run(of_platform(given.address))
        sys.exit(0)
    ended = of_tests()
    if given.readme and not ended:
        IMAGES.mkdir(exist_ok=True)
        for name, image in IN_README.items():
            shutil.copy(SHOTS / f"{name}.png", IMAGES / image)
    sys.exit(ended)
