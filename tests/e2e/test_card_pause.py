"""A card number is said and keyed while the recording is paused: none of it is written anywhere.

The service that gave the order dies in between, and the one that stores the pages too.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import grpc
import grpc.aio
import numpy as np
from tests.e2e.centre import Talk, centre
from tests.harness.running import Running

from sasayaki.media.v1 import media_service_pb2 as media
from sasayaki_demo.bots import CUSTOMER_HZ, OPERATOR_HZ, hears
from sasayaki_demo.checks import read_wav
from sasayaki_demo.examine import settled
from sasayaki_demo.play import now_ns
from sasayaki_demo.sound import MULAW, RATE, Samples, level
from sasayaki_demo.topics import Written
from sasayaki_media.sound import spool

OPERATOR, SUPERVISOR = "usr_op01", "usr_sv01"
CARD = "4929123412341234"
CARD_HZ = {"customer": 1550.0, "operator": 1980.0}
"""Whatever is heard of these was said in the pause; no overtone of the other voices is near."""
EFFECTIVE_S = 0.2
ABSENT_DBFS = -40.0
"""20 ms of such a voice in 100 ms are louder, and the edge of another voice is less."""
WINDOW = 800


async def test_nothing_that_is_said_or_keyed_during_a_pause_is_written(
    running: Running, tmp_path: Path, record_property: Any
) -> None:
    async with centre(running, tmp_path) as at:
        supervisor = await at.supervisor(SUPERVISOR)
        await at.operator(OPERATOR)
        talk = await at.talk("payer", "+819050000001", OPERATOR)
        await asyncio.sleep(1.5)

        async def pause(paused: bool) -> None:
            request = media.PauseRecordingRequest(
                request_id=f"pause-{uuid4()}",
                contact_id=talk.contact_id,
                paused=paused,
                reason="card" if paused else "",
            )
            while True:
                try:
                    await at.ask(OPERATOR, at.platform.media.PauseRecording, request)
                except grpc.aio.AioRpcError as error:
                    if error.code() is not grpc.StatusCode.UNAVAILABLE:
                        raise
                    await asyncio.sleep(0.1)  # killed a moment ago
                else:
                    return

        async def say(customer: float, operator: float) -> None:
            await at.phones.do("sound", phone=talk.customer, sound={"tone": customer})
            await at.phones.do("sound", phone=talk.operator, sound={"tone": operator})
            await hears(talk.customer_rx, operator)
            await hears(talk.operator_rx, customer)

        ordered_ns = now_ns()
        await pause(True)
        await asyncio.sleep(EFFECTIVE_S)
        await at.phones.do("sound", phone=talk.customer, sound={"tone": CARD_HZ["customer"]})
        await at.phones.do("sound", phone=talk.operator, sound={"tone": CARD_HZ["operator"]})
        await at.phones.do("dtmf", phone=talk.customer, digits=CARD[:8])
        await asyncio.sleep(2.5)
        spooled = list(_spooled(running))
        for service in ("media", "recording"):
            running.kill(service)
        await at.phones.do("dtmf", phone=talk.customer, digits=CARD[8:])
        await asyncio.sleep(3.0)
        spooled += _spooled(running)
        await say(CUSTOMER_HZ, OPERATOR_HZ)
        await pause(False)
        await asyncio.sleep(2.0)
        await at.hang_up(talk.customer)
        await at.wrap_up(OPERATOR)
        records = await settled(running.endpoints)
        sound = read_wav(await supervisor.recording(talk.contact_id))

    told = _told(records, talk)
    (gap,) = told["RecordingFinished"]["pauses"]
    begun_ms, ended_ms = int(gap["from_ms"]), int(gap["to_ms"])
    began_at = datetime.fromisoformat(told["RecordingStarted"]["started_at"])
    effective_ms = begun_ms - (ordered_ns / 1e6 - began_at.timestamp() * 1e3)
    record_property("pause_effective_ms", round(effective_ms, 1))
    assert told["TapPaused"]["reason"] == "card"
    assert abs(int(told["TapPaused"]["at_ms"]) - begun_ms) <= 1
    assert abs(int(told["TapResumed"]["at_ms"]) - ended_ms) <= 1
    assert ended_ms - begun_ms > 5_500
    for track in ("customer", "operator"):
        _judge(sound[track], begun_ms, ended_ms, CARD_HZ[track])
    assert not np.any(sound["supervisor"])
    assert spooled, "the spool was looked at too late"
    for page in spooled:
        for hertz in CARD_HZ.values():
            assert _loudest(page, hertz) < ABSENT_DBFS, "said in the pause, and in the spool"
    _no_digit(records, running)


def _judge(track: Samples, begun_ms: int, ended_ms: int, hertz: float) -> None:
    """Silence in the pause, a voice around it, and the card's nowhere."""
    begun, ended = begun_ms * RATE // 1000, ended_ms * RATE // 1000
    written = np.count_nonzero(track[begun:ended])
    assert written == 0, f"{written} samples of the paused stretch are in the vault"
    for around in (track[begun - RATE // 2 : begun], track[ended + RATE // 2 : ended + RATE]):
        assert np.count_nonzero(around) > len(around) // 2
    assert _loudest(track, hertz) < ABSENT_DBFS


def _loudest(samples: Samples, hertz: float) -> float:
    """The tone's highest level in any 100 ms."""
    starts = range(0, max(len(samples) - WINDOW, 0) + 1, WINDOW // 2)
    return max(level(samples[start : start + WINDOW], hertz) for start in starts)


def _spooled(running: Running) -> Iterator[Samples]:
    """The pages that lie in the spool at this instant."""
    for file in sorted((running.state / "spool").glob("*.spool")):
        try:
            pages = spool.read(file, 0).pages
        except FileNotFoundError:  # shipped and removed
            continue
        yield from (MULAW[np.frombuffer(page.pcmu, np.uint8)] for page in pages)


def _told(records: list[Written], talk: Talk) -> dict[str, dict[str, Any]]:
    """What the last event of each name says of the contact."""
    return {
        record.name: record.data
        for record in records
        if record.is_history and record.event["subject"] == talk.contact_id
    }


def _no_digit(records: list[Written], running: Running) -> None:
    """Of the keys, only the menu's is anywhere: in no record, log, journal or spool."""
    keyed = [record.data["digits"] for record in records if record.name == "DigitsCollected"]
    assert not [digits for digits in keyed if set(digits) & set(CARD) and len(digits) > 1]
    written = "\n".join(json.dumps(record.event) for record in records)
    halves = (CARD[:8], CARD[8:])
    assert not any(half in written for half in halves)
    for folder in ("log", "node", "spool", "recordings"):
        for file in (running.state / folder).rglob("*"):
            content = file.read_bytes() if file.is_file() else b""
            assert not any(half.encode() in content for half in halves), file
