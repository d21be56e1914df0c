"""What keeps a platform alive outlives a disk that is full."""

import asyncio
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from sasayaki_tools.platform import supervisor
from sasayaki_tools.platform.plan import Places, Program
from sasayaki_tools.platform.supervisor import Supervisor

LIMIT_S = 10.0


async def test_a_disk_that_is_full_ends_no_calls(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(supervisor, "HOUSEKEEPING_EVERY_S", 0.01)
    monkeypatch.setattr(supervisor, "TOKENS_EVERY_S", 0.0)
    places, tries = Places(tmp_path), 0
    places.make()
    twice = asyncio.Event()

    def renew() -> None:
        nonlocal tries
        tries += 1
        if tries == 2:
            twice.set()
        raise OSError(28, "No space left on device")

    document: Any = SimpleNamespace(processes={}, write=lambda path: None)
    keeping = Supervisor(places, document, renew)
    running = asyncio.create_task(
        keeping.run([Program("node", ("sleep", "60"), {}, stage=1)], None)
    )
    async with asyncio.timeout(LIMIT_S):
        await asyncio.wait(
            (running, asyncio.ensure_future(twice.wait())), return_when=asyncio.FIRST_COMPLETED
        )
    assert not running.done()
    keeping.stop()
    async with asyncio.timeout(LIMIT_S):
        await running
