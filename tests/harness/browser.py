"""Debian's Chromium, steered by Playwright: a real browser for tests of the console."""

from __future__ import annotations

import json
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from playwright.async_api import Browser, BrowserContext, Page, Route, async_playwright, expect

ROOT = Path(__file__).resolve().parents[2]
CHROMIUM = os.environ.get("SASAYAKI_TEST_CHROMIUM", "/usr/bin/chromium")
AXE = ROOT / "console" / "node_modules" / "axe-core" / "axe.min.js"
PATIENCE_MS = 20_000.0
"""How long a busy machine may take to show what is expected."""
_FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--enable-blink-features=ComputedAccessibilityInfo",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-features=WebRtcHideLocalIpsWithMdns",
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
    "--autoplay-policy=no-user-gesture-required",
)


@asynccontextmanager
async def chromium(microphone: Path | None = None) -> AsyncIterator[Browser]:
    """A headless browser; its microphone plays a WAV file again and again, or beeps."""
    flags = [*_FLAGS]
    if microphone is not None:
        flags.append(f"--use-file-for-fake-audio-capture={microphone}")
    async with async_playwright() as playwright:
        expect.set_options(timeout=PATIENCE_MS)
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=flags)
        try:
            yield browser
        finally:
            await browser.close()


@asynccontextmanager
async def person(
    browser: Browser, language: str = "ja", theme: str = "light", at: datetime | None = None
) -> AsyncIterator[BrowserContext]:
    """A person's own browser profile, in a language and a theme.

    With an instant its pages' clock stands there, and timers go on: for samples with times of day.
    """
    context = await browser.new_context(
        locale="ja-JP" if language == "ja" else "en-GB",
        timezone_id="Asia/Tokyo",
        color_scheme="dark" if theme == "dark" else "light",
        viewport={"width": 1440, "height": 900},
        permissions=["microphone"],
    )
    if at is not None:
        await context.clock.set_fixed_time(at)
    try:
        yield context
    finally:
        await context.close()


@dataclass(frozen=True)
class Finding:
    """What axe found wrong on a page."""

    rule: str
    impact: str
    nodes: tuple[str, ...]


async def findings(page: Page) -> list[Finding]:
    """The serious and critical findings of axe (WCAG 2.2 A and AA) on a page as it stands."""
    # Not by a script tag: the console's own content security policy forbids it.
    await page.evaluate(AXE.read_text())
    levels = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
    found = await page.evaluate("(levels) => axe.run(document, {runOnly: levels})", levels)
    return [
        Finding(each["id"], each["impact"], tuple(node["html"][:200] for node in each["nodes"]))
        for each in found["violations"]
        if each["impact"] in {"serious", "critical"}
    ]


class FakeGateway:
    """Answers a page's requests from tables, for pages without a platform.

    `answers`: path -> JSON, or a function that makes it of the request's body.
    `streams`: method -> the messages of its connection, the first one as a snapshot.
    """

    def __init__(self, answers: dict[str, object], streams: dict[str, list[object]]) -> None:
        self.answers = answers
        self.streams = streams
        self.session_is_over = False

    async def serve(self, page: Page) -> None:
        """Takes over everything under `/api/` of the page."""
        await page.route("**/api/**", self.answer)

    async def answer(self, route: Route) -> None:
        """Answers one request of the page."""
        path = "/" + route.request.url.split("/", 3)[3].split("?")[0]
        if path.startswith("/api/stream/"):
            body = _stream(self.streams.get(path.removeprefix("/api/stream/"), []))
            await route.fulfill(content_type="text/event-stream", body=body)
        elif self.session_is_over:
            refusal = {"code": "UNAUTHENTICATED", "reason": "NO_SESSION", "message": ""}
            await route.fulfill(status=401, json=refusal)
        elif path in self.answers:
            answer = self.answers[path]
            asked = route.request.post_data_json if route.request.post_data else {}
            await route.fulfill(json=answer(asked) if callable(answer) else answer)
        else:
            refusal = {"code": "NOT_FOUND", "reason": "NO_ROUTE", "message": path}
            await route.fulfill(status=404, json=refusal)


def _stream(messages: list[object]) -> str:
    events = [
        f"event: {'message' if at else 'snapshot'}\nid: {at}\ndata: {json.dumps(each)}\n\n"
        for at, each in enumerate(messages)
    ]
    return "retry: 3600000\n\n" + "".join(events)
