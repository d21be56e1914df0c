"""A call whose stream is slow holds up nobody else's sound."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from tests.harness.specification import MemoryLog
from tests.unit.recording.stored import ACME, keys_in, page

from sasayaki_chassis.clock import SystemClock
from sasayaki_chassis.codec import Entry
from sasayaki_chassis.owner import Meta, Owners
from sasayaki_recording.recording import RECORDING, Expire, Keep, Partial
from sasayaki_recording.shelf import CALLS_AT_ONCE, Shelf
from sasayaki_recording.vault.keys import Whose
from sasayaki_recording.vault.vault import Vault

META = Meta(ACME.tenant_id, client_id=ACME.client_id)
OTHER = Whose(ACME.tenant_id, ACME.client_id, "con_2")
LIMIT_S = 10.0


class SlowLog(MemoryLog):
    """A partition whose broker does not answer for a while."""

    def __init__(self) -> None:
        super().__init__()
        self.answers = asyncio.Event()
        self.answers.set()

    async def append(self, entries: Sequence[Entry]) -> int:
        await self.answers.wait()
        return await super().append(entries)


async def test_many_requests_about_one_call_leave_room_for_the_others(tmp_path: Path) -> None:
    log = SlowLog()
    owners = Owners(RECORDING, [log], SystemClock())
    shelf = Shelf(owners, Vault(tmp_path / "vault", keys_in(tmp_path / "keys", ACME.client_id)))
    serving = asyncio.create_task(owners.run())
    await owners.all_serving()
    kept = Keep("rec_1", datetime(2026, 11, 21, tzinfo=UTC), Partial())
    await shelf.handle(ACME.contact_id, kept, request_id="keep", meta=META)

    log.answers.clear()
    about_one = [
        asyncio.create_task(shelf.delete(ACME, Expire, request_id=f"expire-{n}", meta=META))
        for n in range(CALLS_AT_ONCE + 1)
    ]
    await asyncio.sleep(0)
    async with asyncio.timeout(LIMIT_S):
        assert await shelf.store(OTHER, [page(0)]) == Partial()

    log.answers.set()
    await asyncio.gather(*about_one)
    assert shelf.is_deleted(ACME.contact_id)
    serving.cancel()
    await asyncio.wait((serving,))
