"""Ten simulated days: what following the next-to-monitor list changes, and what it must not."""

from collections.abc import Sequence
from statistics import quantiles

import pytest
from tests.harness.fairness_days import DAYS, OPERATORS, TEAMS, Centre

from sasayaki.monitoring.v1 import fairness_pb2 as pb
from sasayaki_tools.paths import ROOT
from sasayaki_tools.report.fairness_plot import plot


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_list_brings_gini_from_over_a_half_to_under_a_fifth_and_no_alert_waits_longer(
    seed: int,
) -> None:
    habit, listed = Centre(seed, follow_list=False), Centre(seed, follow_list=True)
    before, after = habit.run(), listed.run()
    assert [team.team_id for team in before.teams] == list(TEAMS)
    for old, new in zip(before.teams, after.teams, strict=True):
        assert len(new.operators) == OPERATORS
        assert old.gini > 0.5, (old.team_id, old.gini)
        assert new.gini < 0.2, (new.team_id, new.gini)
        assert new.sessions >= old.sessions > 5 * DAYS
        assert old.by_chance.p_value < 0.01
        assert flagged(old) >= 5
        assert flagged(new) == 0
    assert len(listed.answered_s) == len(habit.answered_s) > 100
    assert mean(listed.answered_s) <= mean(habit.answered_s)
    assert p95(listed.answered_s) <= p95(habit.answered_s)


def test_the_same_seed_plays_the_same_days() -> None:
    assert Centre(5, follow_list=True).run() == Centre(5, follow_list=True).run()


def test_the_pictures_of_the_docs_are_what_the_report_draws() -> None:
    for way, follow_list in (("habit", False), ("list", True)):
        told = Centre(7, follow_list=follow_list).run()
        osaka = [team for team in told.teams if team.team_id == "tea_osaka"]
        del told.teams[:]
        told.teams.extend(osaka)
        assert plot(told, {}) == (ROOT / "docs" / f"fairness-{way}.svg").read_text()


def flagged(team: pb.TeamFairness) -> int:
    return sum(each.flag != pb.FAIRNESS_FLAG_NONE for each in team.operators)


def mean(waits_s: Sequence[float]) -> float:
    return sum(waits_s) / len(waits_s)


def p95(waits_s: Sequence[float]) -> float:
    return quantiles(waits_s, n=20)[18]
