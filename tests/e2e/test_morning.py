"""A small morning on real phones: what each customer, operator and recording held."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.harness.running import SOFTPHONE, Running

from sasayaki_demo.callers import opener
from sasayaki_demo.checks import Check
from sasayaki_demo.examine import TOWN, VOICES, contacts_by_caller, settled
from sasayaki_demo.judge.case import Case
from sasayaki_demo.judge.self_test import self_test
from sasayaki_demo.judge.verdict import judge
from sasayaki_demo.morning.check import SCENES, check_morning
from sasayaki_demo.morning.play import play_morning
from sasayaki_demo.people import connected
from sasayaki_demo.play import floor


@dataclass(frozen=True)
class Played:
    """A morning that was played, for all tests here."""

    checks: dict[str, Check]
    case: Case


@pytest.fixture(scope="module")
def played(running: Running, tmp_path_factory: pytest.TempPathFactory) -> Played:
    return asyncio.run(_play(running, tmp_path_factory.mktemp("morning")))


async def _play(running: Running, folder: Path) -> Played:
    open_caller = opener(running.keys)
    async with (
        connected(running.endpoints) as platform,
        floor(platform, running.endpoints, SOFTPHONE, folder, VOICES) as at_work,
    ):
        morning = await play_morning(at_work, TOWN)
        records = await settled(running.endpoints)
        contacts = contacts_by_caller(records, open_caller)
        supervisor = next(iter(at_work.supervisors.values()))
        checks = await check_morning(morning, supervisor, contacts)
    records = await settled(running.endpoints)
    case = Case(at_work.ledger.entries, records, open_caller, at_work.started_ns)
    return Played({check.name.removesuffix(": faults"): check for check in checks}, case)


@pytest.mark.parametrize("scene", SCENES)
def test_a_scene_of_the_morning_sounds_as_it_should(played: Played, scene: str) -> None:
    assert played.checks[scene].ok, played.checks[scene].complaints


def test_phones_people_and_topics_tell_the_same_of_the_morning(played: Played) -> None:
    assert judge(played.case) == []


def test_the_judge_misses_no_record_of_the_morning(played: Played) -> None:
    assert self_test(played.case) == []
