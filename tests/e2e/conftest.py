"""One platform for all end-to-end tests of a run."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.harness.running import Running, running_platform


@pytest.fixture(scope="session")
def running() -> Iterator[Running]:
    """A platform that is up, with the demo's seed."""
    with running_platform() as platform:
        yield platform
