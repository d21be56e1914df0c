"""Sleep: a browser whose processes stand still, as when the computer sleeps, or its pages' alone.

Chromium freezes no page that is seen, and a headless one sees all: `setWebLifecycleState` does
nothing there. Processes that are stopped neither run, nor send, nor answer.
"""

from __future__ import annotations

import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Literal

from playwright.async_api import Browser

LONG_ENOUGH_S = 9.0
"""Longer than what the console takes for a slow moment."""


@asynccontextmanager
async def asleep(browser: Browser, what: Literal["computer", "pages"]) -> AsyncIterator[None]:
    """Nothing may be asked of the browser meanwhile."""
    session = await browser.new_browser_cdp_session()
    told = await session.send("SystemInfo.getProcessInfo")
    await session.detach()
    processes = [
        int(each["id"])
        for each in told["processInfo"]
        if what == "computer" or each["type"] == "renderer"
    ]
    for process in processes:
        os.kill(process, signal.SIGSTOP)
    try:
        yield
    finally:
        for process in processes:
            os.kill(process, signal.SIGCONT)
