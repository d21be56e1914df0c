"""A gateway over services that answer by rote."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tests.component.gateway.centre import Gateway, Services, gateway_over, serving

from sasayaki_tools.platform.identity import Keys, open_keys


@pytest.fixture
def keys(tmp_path: Path) -> Keys:
    return open_keys(tmp_path / "keys")


@pytest.fixture
async def services(keys: Keys) -> AsyncIterator[Services]:
    async with serving(keys) as found:
        yield found


@pytest.fixture
async def gateway(services: Services, keys: Keys, tmp_path: Path) -> AsyncIterator[Gateway]:
    async with gateway_over(services, keys, tmp_path) as found:
        yield found
