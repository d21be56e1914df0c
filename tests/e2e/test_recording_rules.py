"""How much of a client company's calls is recorded is its own rule, from PutClient to the disk."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from uuid import uuid4

from tests.e2e.centre import OFF, Centre, Talk, centre
from tests.harness.running import Running

from sasayaki.callreason.v1 import client_events_pb2 as client
from sasayaki.recording.v1 import recording_service_pb2 as recording
from sasayaki_tools import seed
from sasayaki_tools.seed_file import read_seed

ADMIN, OPERATOR = "usr_admin", "usr_op01"
CHECK = next(each for each in read_seed("demo").clients if each.id == "cli_check")
WITHIN_S = 20.0
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


async def _rule(at: Centre, rule: client.RecordingRule.ValueType) -> None:
    row = seed.client_row(CHECK)
    row.recording = rule
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
