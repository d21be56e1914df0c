"""Callers that we did not write: sipp calls, hears the guidance out, presses a key, talks."""

from __future__ import annotations

import asyncio
from pathlib import Path

from tests.e2e.centre import Centre, centre
from tests.harness.namespace import Namespace
from tests.harness.running import Running
from tests.harness.sipp import sipp_calls, write_key, write_tone

from sasayaki_demo.bots import CUSTOMER_HZ, hears
from sasayaki_demo.callers import opener
from sasayaki_demo.examine import NUMBER, settled
from sasayaki_demo.judge.case import Case
from sasayaki_demo.judge.verdict import judge
from sasayaki_demo.play import now_ns

SCENARIO = Path(__file__).with_name("caller.xml")
OPERATORS = tuple(f"usr_op{number:02}" for number in range(3, 8))
CALLERS = tuple(f"+8190500000{number}" for number in range(1, len(OPERATORS) + 1))


async def test_sipps_callers_hear_the_guidance_get_through_and_are_heard(
    running: Running, place: Namespace, tmp_path: Path
) -> None:
    write_key(tmp_path / "key.pcap", 2)
    write_tone(tmp_path / "tone.pcap", CUSTOMER_HZ, seconds=4.0)
    started = now_ns()
    async with centre(running, tmp_path) as at:
        for user in OPERATORS:
            await at.operator(user)
        since = at.phones.position
        async with asyncio.TaskGroup() as tasks:
            for user in OPERATORS:
                tasks.create_task(_hears_a_customer(at, user, since))
            await sipp_calls(
                SCENARIO,
                NUMBER,
                len(CALLERS),
                place=place,
                server=running.endpoints.sip,
                folder=tmp_path,
            )
        await _take_down_what_sipp_did(at)
        for user in OPERATORS:
            await at.wrap_up(user)
        records = await settled(running.endpoints)

    assert judge(Case(at.ledger.entries, records, opener(running.keys), started)) == []
    guidance = [
        record.data["outcome"]
        for record in records
        if record.is_history and record.name == "GuidancePlayed"
        if _is_ours(record.event["correlationid"], at)
    ]
    assert guidance == ["PROMPT_OUTCOME_COMPLETED"] * len(CALLERS)


async def _hears_a_customer(at: Centre, user: str, since: int) -> None:
    leg = await at.phones.wait(user, "established", since=since, within_s=30)
    await hears(Path(leg["rx"]), CUSTOMER_HZ)


def _is_ours(contact_id: str, at: Centre) -> bool:
    return any(entry.get("contact_id") == contact_id for entry in at.ledger.entries)


async def _take_down_what_sipp_did(at: Centre) -> None:
    """What each of its calls did, as the scenario has it: sipp ended content with all of them."""
    for caller in CALLERS:
        await at.ledger.add({"act": "call", "phone": caller, "from": caller})
        await at.ledger.add({"event": "calling", "phone": caller})
        await at.ledger.add({"event": "keyed", "phone": caller, "digit": "2"})
