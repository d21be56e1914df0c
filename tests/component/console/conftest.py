"""The console's pages in a real browser, with a gateway that answers from tables."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest
from playwright.async_api import Browser
from tests.harness.browser import chromium
from tests.harness.console_site import console_site


@pytest.fixture(scope="session")
def site() -> Iterator[str]:
    """Address of the built console."""
    with console_site() as address:
        yield address


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    """A browser of the test's own."""
    async with chromium() as opened:
        yield opened
