"""The ledger against the sound: what an operator is told is what phones really received."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from google.protobuf.timestamp_pb2 import Timestamp
from tests.e2e.centre import Centre, Talk, centre
from tests.harness.running import Running

from sasayaki.media.v1 import call_events_pb2 as media_pb
from sasayaki.monitoring.v1 import ledger_pb2 as ledger_pb
from sasayaki.monitoring.v1 import supervision_events_pb2 as supervision_pb
from sasayaki_demo.bots import CUSTOMER_HZ, SUPERVISOR_HZ, hears
from sasayaki_demo.callers import opener
from sasayaki_demo.examine import settled
from sasayaki_demo.judge.case import Case
from sasayaki_demo.judge.verdict import judge
from sasayaki_demo.people import LISTEN, WHISPER, Supervisor
from sasayaki_demo.play import now_ns
from sasayaki_demo.sound import FRAME, MULAW, RATE, Packets, level, read_packets

SUPERVISOR, OPERATOR = "usr_sv01", "usr_op01"
SUPERVISIONS = 4
HOLD_S = 0.6
PACKET_MS = 20
BARGE = media_pb.SUPERVISION_MODE_BARGE
MOST_OFF = {"whole": 1, "stretch": 1, "voice": 2}
"""Packets; of a voice one more, because a busy machine's phone may send its first one late."""
MODES = (LISTEN, WHISPER, LISTEN, BARGE, LISTEN)
WHOLE_S = 5.0


@dataclass(frozen=True)
class Supervised:
    """A supervision and what the three phones received."""

    supervision_id: str
    supervisor_rx: Path
    operator_rx: Path
    customer_rx: Path


async def test_the_ledgers_seconds_are_those_that_phones_received(
    running: Running, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    started = now_ns()
    async with centre(running, tmp_path) as at:
        supervisor = await at.supervisor(SUPERVISOR)
        await at.operator(OPERATOR)
        talk = await at.talk("heard", "+819040000021", OPERATOR)
        supervised = [await supervise(at, supervisor, talk) for _ in range(SUPERVISIONS)]
        entries = await whole_ledger(at, {one.supervision_id for one in supervised})
        assert entries == {
            entry.supervision_id: entry
            for entry in await supervisor.heard_by(OPERATOR)
            if entry.supervision_id in entries
        }
        await at.hang_up("heard")
        await at.wrap_up(OPERATOR)
        records = await settled(running.endpoints)
    assert judge(Case(at.ledger.entries, records, opener(running.keys), started)) == []

    off = [
        (what, packets_off)
        for one in supervised
        for what, packets_off in differences(one, entries[one.supervision_id])
    ]
    record_property("stretches", SUPERVISIONS * len(MODES))
    for what, most in MOST_OFF.items():
        farthest = max(packets_off for name, packets_off in off if name == what)
        record_property(f"{what}_farthest_off_packets", farthest)
        assert farthest <= most, (what, off)


async def supervise(at: Centre, supervisor: Supervisor, talk: Talk) -> Supervised:
    """Listens, whispers, listens, barges in, listens again and leaves."""
    since = at.phones.position
    supervision_id = await supervisor.start(talk.contact_id, LISTEN, supervision_pb.PURPOSE_QUALITY)
    rx = await at.ear(supervisor, since)
    await hears(rx, CUSTOMER_HZ)
    for mode in MODES[1:]:
        await asyncio.sleep(HOLD_S)
        await supervisor.change(supervision_id, mode)
    await asyncio.sleep(HOLD_S)
    await supervisor.end(supervision_id)
    await at.phones.wait(SUPERVISOR, "hungup", since=since)
    return Supervised(supervision_id, rx, talk.operator_rx, talk.customer_rx)


async def whole_ledger(at: Centre, wanted: set[str]) -> dict[str, ledger_pb.LedgerEntry]:
    """The operator's own ledger as soon as all of these supervisions are over in it."""
    async with asyncio.timeout(WHOLE_S):
        while True:
            entries = {
                entry.supervision_id: entry
                for entry in await at.operators[OPERATOR].heard_by()
                if entry.supervision_id in wanted and is_over(entry)
            }
            if entries.keys() == wanted:
                return entries
            await asyncio.sleep(0.05)


def is_over(entry: ledger_pb.LedgerEntry) -> bool:
    return bool(entry.ended_as) and entry.stretches[-1].HasField("until")


def differences(one: Supervised, entry: ledger_pb.LedgerEntry) -> list[tuple[str, int]]:
    """By how many packets ledger and phones differ: the whole, and each stretch.

    Each stretch is as long as what the supervisor's phone received in it, and as long as others'
    phones had the supervisor's voice: the operator's in a whisper, the customer's too in a barge.
    """
    supervisor = read_packets(one.supervisor_rx)
    voiced = {
        WHISPER: (read_packets(one.operator_rx),),
        BARGE: (read_packets(one.operator_rx), read_packets(one.customer_rx)),
    }
    assert tuple(each.mode for each in entry.stretches) == MODES
    assert entry.supervisor_id == SUPERVISOR
    assert entry.purpose == supervision_pb.PURPOSE_QUALITY
    assert not entry.HasField("consent")
    off = [("whole", abs(packets(entry.heard_ms) - len(supervisor.payloads)))]
    sent_ns = sending_times(supervisor)
    for stretch in entry.stretches:
        since, until = ns(stretch.since), ns(stretch.until)
        told = packets((until - since) / 1e6)
        off.append(("stretch", abs(told - int(np.sum((sent_ns >= since) & (sent_ns < until))))))
        for listener in voiced.get(stretch.mode, ()):
            near = listener.between(since - 200_000_000, until + 200_000_000)
            off.append(("voice", abs(told - voice_lasted(near, SUPERVISOR_HZ))))
    return off


def packets(ms: float) -> int:
    return round(ms / PACKET_MS)


def sending_times(received: Packets) -> npt.NDArray[np.float64]:
    """When each packet was sent, by its RTP time: a busy machine takes them in late, in heaps."""
    rtp_ns = (received.ts - received.ts[0]).astype(np.float64) / RATE * 1e9
    return rtp_ns + float(np.min(received.ns.astype(np.float64) - rtp_ns))


def voice_lasted(received: Packets, hertz: float) -> int:
    """From the first to the last packet that holds the tone, in packets."""
    there = [
        ts
        for ts, payload in zip(received.ts, received.payloads, strict=True)
        if level(MULAW[np.frombuffer(payload, np.uint8)], hertz) > -30.0
    ]
    return int(there[-1] - there[0]) // FRAME + 1


def ns(stamp: Timestamp) -> int:
    return stamp.seconds * 1_000_000_000 + stamp.nanos
