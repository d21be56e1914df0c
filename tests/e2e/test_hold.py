"""An operator puts a customer on hold and takes them back, by the desk and not by the phone."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

from tests.e2e.centre import Centre, centre
from tests.harness.running import Running

from sasayaki.media.v1 import media_service_pb2 as media
from sasayaki_demo.bots import CUSTOMER_HZ, OPERATOR_HZ, hears
from sasayaki_demo.checks import UNWANTED_DBFS
from sasayaki_demo.examine import settled
from sasayaki_demo.play import now_ns
from sasayaki_demo.sound import level, read_packets

OPERATOR = "usr_op01"
WAITS_S = 3.0
SETTLE_NS = 500_000_000


async def test_who_is_on_hold_hears_nobody_and_is_heard_by_nobody(
    running: Running, tmp_path: Path
) -> None:
    async with centre(running, tmp_path) as at:
        await at.operator(OPERATOR)
        talk = await at.talk("customer", "+819040000031", OPERATOR)

        await _hold(at, talk.contact_id, held=True)
        held = now_ns()
        await asyncio.sleep(WAITS_S)
        end = now_ns()
        await _hold(at, talk.contact_id, held=False)

        await hears(talk.operator_rx, CUSTOMER_HZ)
        await hears(talk.customer_rx, OPERATOR_HZ)
        await at.hang_up("customer")
        await at.wrap_up(OPERATOR)
        records = [each for each in await settled(running.endpoints) if each.is_history]

    for listener, voice in ((talk.customer_rx, OPERATOR_HZ), (talk.operator_rx, CUSTOMER_HZ)):
        assert level(_heard(listener, held + SETTLE_NS, end), voice) < UNWANTED_DBFS
    told = {
        each.name: each.event["data"]
        for each in records
        if each.event["subject"] == talk.contact_id
    }
    assert told["CustomerHeld"]["operator_id"] == OPERATOR
    assert told["CustomerResumed"]["held_ms"] >= (WAITS_S - 1) * 1_000


def _heard(capture: Path, start_ns: int, end_ns: int) -> Any:
    return read_packets(capture).between(start_ns, end_ns).samples()


async def _hold(at: Centre, contact_id: str, *, held: bool) -> None:
    request = media.HoldRequest(
        request_id=f"{contact_id}/hold/{held}", contact_id=contact_id, held=held
    )
    await at.ask(OPERATOR, at.platform.media.Hold, request)
