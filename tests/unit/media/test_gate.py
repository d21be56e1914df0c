"""A place among the calls out is given back when its call is over, or never began."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from tests.harness.specification import NOON, MemoryLog, SimulatedClock
from tests.unit.media.test_placed_calls import PLACE

from sasayaki.media.v1.outbound_events import OutboundRuleSet
from sasayaki_chassis.decider import Refused
from sasayaki_chassis.owner import Meta, Owners
from sasayaki_media.calls.call import CALL
from sasayaki_media.calls.commands import LoseNode
from sasayaki_media.calls.switchboard import Switchboard
from sasayaki_media.outbound.gate import NEVER_BEGUN, Gate
from sasayaki_media.outbound.outbound import Ask, outbound

META = Meta("out_demo", "cli_acme")
RULE = OutboundRuleSet(
    prefixes=("+81",), denied_prefixes=(), concurrent_max=1, per_minute_max=10, per_day_max=10
)


@dataclass
class Centre:
    """Who decides, with a clock to move."""

    clock: SimulatedClock
    calls: Switchboard
    gate: Gate
    numbers: int = 0

    async def allowed(self) -> str:
        """One more call out that is allowed; its contact."""
        self.numbers += 1
        contact_id = f"con_{self.numbers}"
        ask = Ask(contact_id, contact_id, "con_0", "", "+81312345678", "hash", right=True)
        request_id = f"ask-{self.numbers}"
        allowed = await self.gate.ask("cli_acme", ask, request_id=request_id, meta=META)
        return allowed.contact_id

    async def given_back(self) -> None:
        """Returns when the one place is free again."""
        async with asyncio.timeout(10):
            while True:
                try:
                    await self.allowed()
                except Refused:
                    await asyncio.sleep(0.01)
                else:
                    return

    async def settles(self) -> None:
        """Lets the gate look once more."""
        self.gate._changed.set()
        for _ in range(20):
            await asyncio.sleep(0)


@asynccontextmanager
async def centre() -> AsyncIterator[Centre]:
    clock = SimulatedClock()
    call_owners = Owners(CALL, [MemoryLog()], clock)
    out_owners = Owners(outbound(ZoneInfo("Asia/Tokyo")), [MemoryLog()], clock)
    calls = Switchboard(call_owners)
    gate = Gate(out_owners, calls, clock)
    running = [
        asyncio.create_task(each) for each in (call_owners.run(), out_owners.run(), gate.settle())
    ]
    await call_owners.all_serving()
    await out_owners.all_serving()
    await gate.set_rule("cli_acme", RULE, request_id="rule", meta=META)
    try:
        yield Centre(clock, calls, gate)
    finally:
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)


async def test_a_place_is_given_back_with_the_end_of_its_call() -> None:
    async with centre() as at:
        contact_id = await at.allowed()
        await at.calls.handle(contact_id, PLACE, request_id="place", meta=META)
        at.clock.advance_to(NOON + timedelta(hours=1))
        await at.settles()
        with pytest.raises(Refused, match="CONCURRENT_CAP"):
            await at.allowed()
        await at.calls.handle(contact_id, LoseNode("node_1"), request_id="lost", meta=META)
        await at.given_back()


async def test_what_never_began_is_given_back_after_a_while() -> None:
    async with centre() as at:
        await at.allowed()
        at.clock.advance_to(NOON + NEVER_BEGUN)
        await at.settles()
        with pytest.raises(Refused, match="CONCURRENT_CAP"):
            await at.allowed()
        at.clock.advance_to(NOON + NEVER_BEGUN + timedelta(seconds=1))
        await at.settles()
        await at.given_back()


async def test_what_is_being_ordered_is_not_given_back() -> None:
    async with centre() as at:
        contact_id = await at.allowed()
        with at.gate.asking("cli_acme", contact_id):
            at.clock.advance_to(NOON + 2 * NEVER_BEGUN)
            await at.settles()
            with pytest.raises(Refused, match="CONCURRENT_CAP"):
                await at.allowed()
        await at.settles()
        await at.given_back()


async def test_what_was_given_back_cannot_be_begun_any_more() -> None:
    async with centre() as at:
        contact_id = await at.allowed()
        await at.gate.end("cli_acme", contact_id, META)
        with pytest.raises(Refused) as refused, at.gate.asking("cli_acme", contact_id):
            pass
        assert refused.value.reason == "OTHER_REQUEST"
