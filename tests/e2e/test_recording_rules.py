"""How much of a client company's calls is recorded is its own rule, from PutClient to the disk."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from hashlib import sha256
from pathlib import Path
from uuid import uuid4

from tests.e2e.centre import OFF, READY, Centre, Talk, centre
from tests.harness.running import Running

from sasayaki.callreason.v1 import client_events_pb2 as client
from sasayaki.recording.v1 import recording_service_pb2 as recording
from sasayaki_demo.bots import OTHER_CUSTOMER_HZ, hears
from sasayaki_demo.callers import opener
from sasayaki_demo.examine import DESK, contacts_by_caller, settled
from sasayaki_demo.morning.listening import OFFER_HZ
from sasayaki_demo.phones import OUTSIDE
from sasayaki_tools import seed
from sasayaki_tools.seed_file import read_seed

ADMIN, OPERATOR = "usr_admin", "usr_op01"
CHECK = next(each for each in read_seed("demo").clients if each.id == "cli_check")
WITHIN_S = 20.0
SAMPLED = 6
FOLLOWS_S = 1.0
"""From a rule to the calls that arrive under it."""


async def test_without_an_alert_nothing_is_kept_and_without_a_rule_nothing_is_written(
    running: Running, tmp_path: Path
) -> None:
    async with centre(running, tmp_path) as at:
        await at.operator(OPERATOR)
        try:
            await _rule(at, client.RECORDING_RULE_ON_ALERT)
            quiet = await _talk(at, "quiet", "+819051000001", help_called=False)
            angry = await _talk(at, "angry", "+819051000002", help_called=True)
            await _rule(at, client.RECORDING_RULE_NONE)
            unheard = await _talk(at, "unheard", "+819051000003", help_called=False)
        finally:
            await _rule(at, client.RECORDING_RULE_ALL)
            await at.operators[OPERATOR].set_state(OFF)

        async def decided() -> bool:
            rows = [await _row(at, talk) for talk in (quiet, angry)]
            return [(len(row), [each.deleted for each in row]) for row in rows] == [
                (1, [True]),
                (1, [False]),
            ]

        await _until(decided)
        assert await _row(at, unheard) == []
    files = {file.stem for file in (running.state / "recordings").rglob("*.pages")}
    assert files & {quiet.contact_id, angry.contact_id, unheard.contact_id} == {angry.contact_id}


async def test_of_a_sample_those_calls_are_recorded_that_drew_the_lot_and_no_others(
    running: Running, tmp_path: Path
) -> None:
    async with centre(running, tmp_path) as at:
        try:
            await _rule(at, client.RECORDING_RULE_SAMPLE, percent=50)
            names = [f"lot{n}" for n in range(SAMPLED)]
            await asyncio.gather(
                *(at.customer(name, f"+8190510001{n:02}") for n, name in enumerate(names))
            )
            for name in names:
                await at.hang_up(name)
        finally:
            await _rule(at, client.RECORDING_RULE_ALL)
        records = await settled(running.endpoints)
    contacts = contacts_by_caller(records, opener(running.keys))
    drawn = {contacts[f"+8190510001{n:02}"] for n in range(SAMPLED)}
    files = {file.stem for file in (running.state / "recordings").rglob("*.pages")}
    assert files & drawn == {contact for contact in drawn if _lot(contact) < 50}
    ordered = {
        str(record.event["subject"]): str(record.data["record"])
        for record in records
        if record.is_history and record.name == "AnswerOrdered"
    }
    assert {ordered[contact] == "RECORDING_POLICY_NONE" for contact in drawn - files} <= {True}


async def test_a_callback_is_recorded_by_the_rule_of_the_call_that_asked_for_it(
    running: Running, tmp_path: Path
) -> None:
    async with centre(running, tmp_path) as at:
        await at.operator(OPERATOR)
        await at.operators[OPERATOR].set_state(OFF)
        address, _, port = running.endpoints.outside.rpartition(":")
        await at.phones.add(
            OUTSIDE, {"tone": OTHER_CUSTOMER_HZ}, address=address, port=int(port), record=True
        )
        try:
            await _rule(at, client.RECORDING_RULE_NONE)
            since = at.phones.position
            begun = await at.customer("unrecorded", "+819051000021", number=DESK)
            await at.phones.do("dtmf", phone="unrecorded", digits="3")
            await hears(Path(begun["rx"]), OFFER_HZ)
            await at.phones.do("dtmf", phone="unrecorded", digits="1")
            await at.phones.wait("unrecorded", "hungup", since=since, within_s=WITHIN_S)
        finally:
            await _rule(at, client.RECORDING_RULE_ALL)
        await at.operators[OPERATOR].set_state(READY)
        answered = await at.phones.wait(OPERATOR, "established", since=since, within_s=WITHIN_S)
        await hears(Path(answered["rx"]), OTHER_CUSTOMER_HZ)
        await asyncio.sleep(1.0)
        await at.hang_up(OUTSIDE)
        await at.wrap_up(OPERATOR)
        records = await settled(running.endpoints)
    told = {
        record.name: record.data
        for record in records
        if record.is_history and record.event["subject"] == answered["contact_id"]
    }
    assert told["CallPlaced"]["record"] == "RECORDING_POLICY_NONE"
    assert told["EnquiryOpened"]["recording"] == "RECORDING_RULE_NONE"
    assert "TapOpened" not in told
    files = {file.stem for file in (running.state / "recordings").rglob("*.pages")}
    assert not files & {answered["contact_id"], told["CallPlaced"]["previous_contact_id"]}


def _lot(contact_id: str) -> int:
    """What a contact draws, 0 to 99, as docs/recording.md says."""
    return int.from_bytes(sha256(contact_id.encode()).digest()[:8], "big") % 100


async def _rule(at: Centre, rule: client.RecordingRule.ValueType, percent: int = 0) -> None:
    row = seed.client_row(CHECK)
    row.recording = rule
    row.sample_percent = percent
    row.request_id = f"rule-{uuid4()}"
    await at.ask(ADMIN, at.platform.callreason.PutClient, row)
    await asyncio.sleep(FOLLOWS_S)


async def _talk(at: Centre, name: str, caller: str, *, help_called: bool) -> Talk:
    """A call of some seconds, with a call for help or without."""
    talk = await at.talk(name, caller, OPERATOR)
    if help_called:
        await at.operators[OPERATOR].call_for_help()
    await asyncio.sleep(2.5)
    await at.hang_up(name)
    await at.be_ready_again(OPERATOR)
    return talk


async def _row(at: Centre, talk: Talk) -> list[recording.RecordingSummary]:
    request = recording.ListRecordingsRequest(contact_id=talk.contact_id)
    answer = await at.ask(ADMIN, at.platform.recording.ListRecordings, request)
    return list(answer.recordings)


async def _until(condition: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(WITHIN_S):
        while not await condition():
            await asyncio.sleep(0.2)
