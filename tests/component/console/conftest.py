"""The console's pages in a real browser, with a gateway that answers from tables."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser
from tests.harness.browser import chromium
from tests.harness.console_site import console_site

IN_THE_BROWSERS_LOOP = pytest.mark.asyncio(loop_scope="session")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Lets these tests share the loop that their browser is steered from."""
    for item in items:
        if "/component/console/" in str(item.path) and pytest_asyncio.is_async_test(item):
            item.add_marker(IN_THE_BROWSERS_LOOP, append=False)


@pytest.fixture(scope="session")
def site() -> Iterator[str]:
    """Address of the built console."""
    with console_site() as address:
        yield address


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    """One browser for all, since its start costs more than most tests; each has a profile anew."""
    async with chromium() as opened:
        yield opened
