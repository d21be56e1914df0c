"""One whispered call, end to end: what phones heard, what the topics tell, and that both agree."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.harness.running import SOFTPHONE, Running

from sasayaki_demo.bots import Customer
from sasayaki_demo.callers import opener
from sasayaki_demo.checks import Heard, change_times_ms, mode_changes, unbroken
from sasayaki_demo.examine import NUMBER, VOICES, contacts_by_caller, examine, settled
from sasayaki_demo.judge.case import Case
from sasayaki_demo.judge.self_test import self_test
from sasayaki_demo.morning.check import SCENES
from sasayaki_demo.people import connected
from sasayaki_demo.play import floor, play, wrapped_up

WHISPERS_EACH = 17


@pytest.fixture(scope="module")
def report(running: Running, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The demo's own check, played once for this module."""
    folder = tmp_path_factory.mktemp("check")
    return asyncio.run(examine(running.endpoints, SOFTPHONE, folder, running.keys, calls=8))


CHECKS = (
    "ledger and topics: complaints",
    "guidance: faults",
    "audibility: wrong cells",
    "payloads: stretches not as sent",
    "talk: longest gap, ms",
    "mode change: request to first sample, p95 ms",
    "recordings: faults",
    "training without consent: sounds of the phone",
    "operators' ledgers: faults",
    *(f"{scene}: faults" for scene in SCENES),
)


@pytest.mark.parametrize("name", CHECKS)
def test_the_demo_holds(report: dict[str, Any], name: str) -> None:
    check = next(check for check in report["checks"] if check["name"] == name)
    assert check["ok"], "; ".join(check["complaints"]) or check["measured"]


async def test_fifty_whispers_are_heard_in_time_and_without_a_gap(
    running: Running, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    customers = [
        Customer(f"w{n}", f"+81903000{n:04}", NUMBER, talk_s=4 + 1.3 * WHISPERS_EACH)
        for n in range(3)
    ]
    async with (
        connected(running.endpoints) as platform,
        floor(platform, running.endpoints, SOFTPHONE, tmp_path, VOICES) as at_work,
    ):
        since = at_work.phones.position
        supervised = await play(
            at_work, customers, supervisions=3, hold_s=0.2, whispers=WHISPERS_EACH
        )
        await wrapped_up(at_work, since)
        records = await settled(running.endpoints)
    by_contact = {
        contact: next(c for c in customers if c.caller == caller)
        for caller, contact in contacts_by_caller(records, opener(running.keys)).items()
        if caller in {c.caller for c in customers}
    }
    heard = []
    for one in supervised:
        capture = by_contact[one.contact_id].capture
        assert capture is not None
        heard.append(Heard.of(one, capture))
    times = change_times_ms(heard)
    assert len(times) >= 50
    changes = mode_changes(times)
    record_property("mode_change_p95_ms", changes.measured)
    assert changes.ok, changes
    gaps = unbroken(heard)
    record_property("longest_gap_ms", gaps.measured)
    assert gaps.ok, gaps

    records = await settled(running.endpoints)
    case = Case(at_work.ledger.entries, records, opener(running.keys), at_work.started_ns)
    assert self_test(case) == []
