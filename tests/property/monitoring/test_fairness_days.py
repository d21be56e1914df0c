"""Ten simulated days: what following the next-to-monitor list changes, and what it must not.

Monitoring is the real service; both ways have the same calls and the same calls for help.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from statistics import mean, quantiles

import pytest
from tests.harness.fairness_days import DAYS, OPERATORS, TEAMS, Centre

from sasayaki.monitoring.v1 import fairness_pb2 as pb
from sasayaki.monitoring.v1.fairness_events import FairnessAssessed
from sasayaki_tools.paths import ROOT
from sasayaki_tools.report.fairness_plot import plot

SEED = 7
"""That of the pictures in the docs."""
CPU_S = 60.0
NO_LATER_S = 0.05
"""Waits differ by how the moments of orders and answers fall, never by more."""

pytestmark = pytest.mark.timeout(600)


@dataclass(frozen=True)
class Played:
    """What ten days came to."""

    told: bytes
    answered_s: Sequence[float]
    assessed: Sequence[FairnessAssessed]
    cpu_s: float

    @property
    def fairness(self) -> pb.GetFairnessResponse:
        return pb.GetFairnessResponse.FromString(self.told)


def play(follow_list: bool) -> Played:
    began_s = time.process_time()
    centre = Centre(SEED, follow_list=follow_list)
    told = centre.run().SerializeToString()
    return Played(told, centre.answered_s, centre.assessed, time.process_time() - began_s)


@pytest.fixture(scope="module")
def ways() -> Iterator[tuple[Played, Played]]:
    """By habit and by the list, each in a process of its own."""
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as processes:
        habit, listed = processes.map(play, (False, True))
        yield habit, listed


def test_the_list_brings_gini_from_over_a_half_to_under_a_fifth(
    ways: tuple[Played, Played], record_property: Callable[[str, object], None]
) -> None:
    habit, listed = ways
    before, after = habit.fairness, listed.fairness
    assert [team.team_id for team in before.teams] == list(TEAMS)
    for old, new in zip(before.teams, after.teams, strict=True):
        record_property(f"gini_{old.team_id}", f"{old.gini:.2f} to {new.gini:.2f}")
        assert len(new.operators) == OPERATORS
        assert old.gini > 0.5, (old.team_id, old.gini)
        assert new.gini < 0.2, (new.team_id, new.gini)
        assert new.sessions >= old.sessions > 5 * DAYS
        assert old.by_chance.p_value < 0.01
        assert flagged(old) >= 5
        assert flagged(new) == 0


def test_no_call_for_help_waits_longer(
    ways: tuple[Played, Played], record_property: Callable[[str, object], None]
) -> None:
    habit, listed = ways
    record_property("alerts", len(listed.answered_s))
    for name, of in (("mean", mean), ("p95", p95)):
        record_property(
            f"wait_{name}_s", f"{of(habit.answered_s):.2f}, {of(listed.answered_s):.2f}"
        )
        assert of(listed.answered_s) <= of(habit.answered_s) + NO_LATER_S, name
    assert len(listed.answered_s) >= len(habit.answered_s) > 100


def test_each_teams_days_are_noted_one_by_one(ways: tuple[Played, Played]) -> None:
    for played, at_last in zip(ways, (0.5, 0.0), strict=True):
        for team in played.fairness.teams:
            days = [each for each in played.assessed if each.team_id == team.team_id]
            assert len({each.day for each in days}) == len(days) == DAYS + 1
            assert [each.day for each in days] == sorted(each.day for each in days)
            assert [each.sessions for each in days] == sorted(each.sessions for each in days)
            assert (days[-1].sessions, days[-1].operators) == (team.sessions, OPERATORS)
            assert days[-1].gini == pytest.approx(team.gini, abs=0.01)
            assert days[-1].gini >= at_last
            assert (len(days[-1].over) + len(days[-1].under) > 0) is (at_last > 0)


def test_ten_days_take_a_minute_at_most(
    ways: tuple[Played, Played], record_property: Callable[[str, object], None]
) -> None:
    for name, played in zip(("habit", "list"), ways, strict=True):
        record_property(f"{name}_cpu_s", round(played.cpu_s, 1))
        assert played.cpu_s <= CPU_S


def test_the_same_seed_plays_the_same_days() -> None:
    first, again = (Centre(5, follow_list=True, days=1) for _ in range(2))
    assert first.run() == again.run()
    assert first.answered_s == again.answered_s


def test_the_pictures_of_the_docs_are_what_the_report_draws(ways: tuple[Played, Played]) -> None:
    for way, played in zip(("habit", "list"), ways, strict=True):
        told = played.fairness
        osaka = [team for team in told.teams if team.team_id == "tea_osaka"]
        del told.teams[:]
        told.teams.extend(osaka)
        assert plot(told, {}) == (ROOT / "docs" / f"fairness-{way}.svg").read_text()


def flagged(team: pb.TeamFairness) -> int:
    return sum(each.flag != pb.FAIRNESS_FLAG_NONE for each in team.operators)


def p95(waits_s: Sequence[float]) -> float:
    return quantiles(waits_s, n=20)[18]
