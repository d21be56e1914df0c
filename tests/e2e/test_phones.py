"""A supervisor's phone: how soon it hears, and what it does between two calls."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import numpy as np
from tests.e2e.centre import Centre, Talk, centre
from tests.harness.running import Running

from sasayaki_demo.bots import CUSTOMER_HZ, OPERATOR_HZ, hears
from sasayaki_demo.checks import UNWANTED_DBFS
from sasayaki_demo.people import LISTEN, Supervisor
from sasayaki_demo.sound import first_frame_with, level, read_packets
from sasayaki_demo.topics import Written, read_topics

SUPERVISOR, MISAKI = "usr_sv01", "usr_op01"
TIMES = 24
RINGING_P95_MS = 300.0
CONNECTED_P95_MS = 100.0
HEARD_WITHIN_S = 2
PARKED_S = 0.3
"""A phone that has left a call hears nothing by then, and what was on its way has come."""


@asynccontextmanager
async def a_talk(running: Running, folder: Path) -> AsyncIterator[tuple[Centre, Supervisor, Talk]]:
    """A customer and an operator who talk, and a supervisor with a phone."""
    async with centre(running, folder) as at:
        supervisor = await at.supervisor(SUPERVISOR)
        await at.operator(MISAKI)
        talk = await at.talk("caller", "+819070000001", MISAKI)
        yield at, supervisor, talk
        await at.hang_up("caller")
        await at.wrap_up(MISAKI)


async def test_a_phone_that_has_to_ring_hears_the_call_in_time(
    running: Running, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    times = []
    async with a_talk(running, tmp_path) as (at, supervisor, talk):
        for _ in range(TIMES):
            since, sent_ns = at.phones.position, time.time_ns()
            supervision = await supervisor.start(talk.contact_id, LISTEN)
            ear = await at.ear(supervisor, since)
            times.append(await _heard_after_ms(ear, sent_ns))
            await supervisor.end(supervision)
            await at.phones.wait(SUPERVISOR, "hungup", since=since)
    p95 = float(np.percentile(times, 95))
    record_property("ringing_p50_ms", float(np.percentile(times, 50)))
    record_property("ringing_p95_ms", p95)
    assert p95 <= RINGING_P95_MS, times


async def test_a_connected_phone_hears_the_call_almost_at_once(
    running: Running, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    times = []
    async with a_talk(running, tmp_path) as (at, supervisor, talk):
        since = at.phones.position
        supervision = await supervisor.start(talk.contact_id, LISTEN, keep_phone=True)
        ear = await at.ear(supervisor, since)
        for _ in range(TIMES):
            await hears(ear, CUSTOMER_HZ)
            await supervisor.end(supervision)
            await asyncio.sleep(PARKED_S)
            sent_ns = time.time_ns()
            supervision = await supervisor.start(talk.contact_id, LISTEN, keep_phone=True)
            times.append(await _heard_after_ms(ear, sent_ns))
        await supervisor.end(supervision)
        await supervisor.hang_up_phone()
        await at.phones.wait(SUPERVISOR, "hungup", since=since)
        rung = [e["event"] for e in at.ledger.entries[since:] if e.get("phone") == SUPERVISOR]
        assert rung.count("established") == 1
    p95 = float(np.percentile(times, 95))
    record_property("connected_p50_ms", float(np.percentile(times, 50)))
    record_property("connected_p95_ms", p95)
    assert p95 <= CONNECTED_P95_MS, times


async def test_a_kept_phone_waits_in_silence_until_it_is_released(
    running: Running, tmp_path: Path
) -> None:
    async with a_talk(running, tmp_path) as (at, supervisor, talk):
        since = at.phones.position
        supervision = await supervisor.start(talk.contact_id, LISTEN, keep_phone=True)
        ear = await at.ear(supervisor, since)
        await hears(ear, CUSTOMER_HZ)
        await supervisor.end(supervision)
        await asyncio.sleep(PARKED_S)
        parked_ns = time.time_ns()
        await asyncio.sleep(1.0)
        silence = read_packets(ear).between(parked_ns, time.time_ns()).samples()
        assert max(level(silence, hertz) for hertz in (CUSTOMER_HZ, OPERATOR_HZ)) < UNWANTED_DBFS
        await supervisor.hang_up_phone()
        await supervisor.hang_up_phone()
        await at.phones.wait(SUPERVISOR, "hungup", since=since)
        again = at.phones.position
        supervision = await supervisor.start(talk.contact_id, LISTEN)
        await at.ear(supervisor, again)
        await supervisor.end(supervision)
        await at.phones.wait(SUPERVISOR, "hungup", since=again)
        first, second = await _phones(running, talk.contact_id)
    assert [record.name for record in first] == [
        "PhoneConnected",
        "PhoneAttached",
        "PhoneDetached",
        "PhoneReleaseOrdered",
        "PhoneGone",
    ]
    assert first[-1].data["reason"] == "LEG_END_REASON_RELEASED"
    assert [record.name for record in second][:2] == ["PhoneConnected", "PhoneAttached"]
    assert second[-1].name == "PhoneGone"


async def _heard_after_ms(ear: Path, sent_ns: int) -> float:
    """Returns when the customer's tone came after a request, in milliseconds, from the capture."""
    async with asyncio.timeout(HEARD_WITHIN_S):
        while True:
            after = read_packets(ear).between(sent_ns, sent_ns + HEARD_WITHIN_S * 10**9)
            if first := first_frame_with(after, CUSTOMER_HZ):
                return (first - sent_ns) / 1e6
            await asyncio.sleep(0.05)


async def _phones(running: Running, contact_id: str) -> list[list[Written]]:
    """Returns the histories of the phones that were on a call, in the order of their beginnings."""
    records = [
        record
        for record in await read_topics(running.endpoints.kafka)
        if record.topic == "media.phone" and record.is_history
    ]
    histories: dict[str, list[Written]] = {}
    for record in records:
        histories.setdefault(str(record.event["subject"]), []).append(record)
    on_it = [h for h in histories.values() if any(_is_on(r, contact_id) for r in h)]
    return sorted(on_it, key=lambda history: str(history[0].event["time"]))


def _is_on(record: Written, contact_id: str) -> bool:
    return record.name == "PhoneAttached" and record.data["contact_id"] == contact_id
