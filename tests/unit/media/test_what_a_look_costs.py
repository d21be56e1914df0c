"""Who looks through calls or phones looks at those that go on, however many there were before."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

from tests.harness.specification import MemoryLog, SimulatedClock
from tests.unit.media.test_placed_calls import PLACE

from sasayaki.media.v1.call_events import CallEvent, LegEndReason
from sasayaki.media.v1.phone_events import PhoneEvent
from sasayaki_chassis.owner import Meta, Owners
from sasayaki_media.calls.call import CALL
from sasayaki_media.calls.commands import Command as CallCommand
from sasayaki_media.calls.commands import LoseNode
from sasayaki_media.calls.happened import Source
from sasayaki_media.calls.states import State as CallState
from sasayaki_media.calls.switchboard import Switchboard
from sasayaki_media.phones.phone import PHONE, Connect, Leave, Line
from sasayaki_media.phones.phone import Command as PhoneCommand
from sasayaki_media.phones.phone import State as PhoneState
from sasayaki_media.phones.phones import Phones

META, OTHER = Meta("out_demo", "cli_acme"), Meta("out_other")
NODE, BEFORE = PLACE.node_id, 200


class Calls(Owners[CallState, CallCommand, CallEvent]):
    """Counts the calls that are looked at."""

    looked = 0

    def going_on(self) -> Iterator[tuple[str, CallState]]:
        for each in super().going_on():
            self.looked += 1
            yield each


class Lines(Owners[PhoneState, PhoneCommand, PhoneEvent]):
    """Counts the phones that are looked at."""

    looked = 0

    def going_on(self) -> Iterator[tuple[str, PhoneState]]:
        for each in super().going_on():
            self.looked += 1
            yield each


@asynccontextmanager
async def media(call_log: MemoryLog, phone_log: MemoryLog) -> AsyncIterator[tuple[Calls, Lines]]:
    calls = Calls(CALL, [call_log], SimulatedClock())
    lines = Lines(PHONE, [phone_log], SimulatedClock())
    running = [asyncio.create_task(each.run()) for each in (calls, lines)]
    await calls.all_serving()
    await lines.all_serving()
    try:
        yield calls, lines
    finally:
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)


async def place(calls: Calls, contact_id: str) -> None:
    await calls.handle(contact_id, PLACE, request_id="place", meta=META)


async def end(calls: Calls, contact_id: str) -> None:
    await calls.handle(contact_id, LoseNode(NODE), request_id="lost", meta=META)


async def connect(lines: Lines, phone_id: str, user_id: str, meta: Meta = META) -> None:
    command = Connect(Source(NODE, 1), user_id, phone_id)
    await lines.handle(phone_id, command, request_id="connect", meta=meta)


async def leave(lines: Lines, phone_id: str) -> None:
    command = Leave(Source(NODE, 2), LegEndReason.HUNG_UP, None)
    await lines.handle(phone_id, command, request_id="leave", meta=META)


async def test_the_live_calls_are_found_without_a_look_at_those_that_ended() -> None:
    log = MemoryLog()
    async with media(log, MemoryLog()) as (calls, _):
        for number in range(BEFORE):
            await place(calls, f"con_{number}")
            await end(calls, f"con_{number}")
        await place(calls, "con_live")
        assert [contact_id for contact_id, _ in Switchboard(calls).live()] == ["con_live"]
        assert calls.looked == 1
    async with media(log, MemoryLog()) as (read_again, _):
        assert [contact_id for contact_id, _ in Switchboard(read_again).live()] == ["con_live"]
        assert read_again.looked == 1


async def test_a_phone_is_released_without_a_look_at_those_that_were_hung_up() -> None:
    log = MemoryLog()
    async with media(MemoryLog(), log) as (calls, lines):
        for number in range(BEFORE):
            await connect(lines, f"phn_{number}", "usr_sato")
            await leave(lines, f"phn_{number}")
        await connect(lines, "phn_sato", "usr_sato")
        await connect(lines, "phn_mori", "usr_mori")
        await connect(lines, "phn_other", "usr_sato", OTHER)
        phones = Phones(lines, Switchboard(calls))
        await phones.release("usr_sato", request_id="release", meta=META)
        assert lines.looked == 3
        released = {phone_id: line.releasing for phone_id, line in phones.connected()}
        assert released == {"phn_sato": True, "phn_mori": False, "phn_other": False}
    async with media(MemoryLog(), log) as (_, read_again):
        assert all(isinstance(state, Line) for _, state in read_again.going_on())
        assert read_again.looked == 3
