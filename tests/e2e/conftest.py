"""One platform for all end-to-end tests of a run."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.harness.running import Running, running_platform

TEST_S = 300


@pytest.fixture(scope="session")
def running() -> Iterator[Running]:
    """A platform that is up, with the demo's seed."""
    with running_platform() as platform:
        yield platform


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Gives these tests the time that a platform's start and whole calls take."""
    for item in items:
        if "/e2e/" in str(item.path):
            item.add_marker(pytest.mark.timeout(TEST_S))
