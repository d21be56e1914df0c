"""The next-to-monitor list: who is owed most, with a reason that people can read."""

from typing import Any

import pytest

from sasayaki.monitoring.v1.supervision_events import ConsentAnswer
from sasayaki_monitoring.fairness.assess import Counted, assess, skews
from sasayaki_monitoring.fairness.next_up import next_up
from sasayaki_monitoring.fairness.policy import Policy

POLICY = Policy()


def one(name: str, **more: Any) -> Counted:
    return Counted(
        f"usr_{name}", more.pop("team_id", "tea_a"), **{"known_days": 400, "talk_s": 3600, **more}
    )


def listed(*counted: Counted) -> list[str]:
    (team,) = assess(counted, POLICY)
    return [line.standing.counted.operator_id for line in next_up(team, POLICY, 28)]


def test_who_is_owed_most_comes_first() -> None:
    abe = one("abe", imposed={"usr_sv": 3}, covered_days_ago=2.0)
    ito = one("ito", imposed={"usr_sv": 1}, covered_days_ago=2.0)
    assert listed(abe, ito, one("ueda")) == ["usr_ueda", "usr_ito", "usr_abe"]


def test_who_talks_more_is_owed_more() -> None:
    assert listed(one("abe"), one("ito", talk_s=7200)) == ["usr_ito", "usr_abe"]


def test_newcomers_are_owed_more() -> None:
    assert listed(one("abe"), one("ito", known_days=10)) == ["usr_ito", "usr_abe"]


def test_among_equals_the_longest_unheard_comes_first() -> None:
    abe, ito = one("abe", covered_days_ago=3.0), one("ito", covered_days_ago=30.0)
    assert listed(abe, ito, one("ueda")) == ["usr_ueda", "usr_ito", "usr_abe"]


def test_who_had_enough_today_or_does_not_talk_is_left_alone() -> None:
    enough = one("abe", imposed={"usr_sv": 3}, last_day=3, covered_days_ago=0.1)
    assert listed(enough, one("ito", talk_s=0), one("ueda")) == ["usr_ueda"]


def test_help_that_was_asked_for_is_not_held_against_the_share() -> None:
    helped = one("abe", helped=2)
    assert listed(helped, one("ito", imposed={"usr_sv": 1})) == ["usr_abe", "usr_ito"]


def test_each_line_says_why_in_both_languages() -> None:
    new = one("abe", known_days=12, contact_id="con_1", helped=4)
    seen = one("ito", imposed={"usr_sv": 2}, covered_days_ago=5.2)
    (team,) = assess([new, seen], POLICY)
    first, second = next_up(team, POLICY, 28)
    assert first.reason_en == (
        "Monitored 0 times in 28 days where 1.2 would be fair; never monitored before; "
        "new here (day 13); today 0 of at most 8; no wish against training; talks right now."
    )
    assert first.reason_ja == (
        "直近28日間で0回(公平な回数は1.2回)、モニタリングの記録なし、新人(登録13日目)、"
        "本日0回(上限8回)、研修の辞退なし、いま通話中。"
    )
    assert "where 0.8 would be fair; last time 5 days ago; today 0 " in second.reason_en


def test_a_follow_up_that_is_due_counts_as_need_and_is_told() -> None:
    abe, ito = one("abe"), one("ito", follow_ups=2)
    (team,) = assess([abe, ito], POLICY)
    first, second = next_up(team, POLICY, 28)
    assert first.standing.counted.operator_id == "usr_ito"
    assert "; follow-up due (2);" in first.reason_en
    assert "、フィードバックの確認待ち2件、" in first.reason_ja
    assert "follow-up" not in second.reason_en


def test_who_had_as_many_as_a_day_allows_is_left_alone() -> None:
    at_the_limit = one("abe", today=2, daily_limit=2)
    assert listed(at_the_limit, one("ito", today=1, daily_limit=2)) == ["usr_ito"]


@pytest.mark.parametrize(
    ("answer", "en", "ja"),
    [
        (ConsentAnswer.DECLINED, "declined training today", "本日は研修を辞退"),
        (ConsentAnswer.LATER, "asked for training another time", "研修は「あとで」と回答"),
        (ConsentAnswer.ACCEPTED, "no wish against training", "研修の辞退なし"),
    ],
)
def test_a_wish_against_training_is_told_and_costs_nobody_their_place(
    answer: ConsentAnswer, en: str, ja: str
) -> None:
    (team,) = assess([one("abe", answer=answer), one("ito", talk_s=3000)], POLICY)
    first, second = next_up(team, POLICY, 28)
    assert first.standing.counted.operator_id == "usr_abe"
    assert en in first.reason_en
    assert ja in first.reason_ja
    assert "no wish against training" in second.reason_en


def test_who_often_needs_help_is_owed_more_and_the_line_says_so() -> None:
    others = [one(f"o{n}") for n in range(9)]
    (team,) = assess([one("zama", helped=4), *others], POLICY)
    first = next_up(team, POLICY, 28)[0]
    assert first.standing.counted.operator_id == "usr_zama"
    assert "often needs help (4 times)" in first.reason_en
    assert "ヘルプが多い(4回)" in first.reason_ja


def test_teams_are_judged_each_by_itself() -> None:
    osaka = [one("abe", imposed={"usr_sv": 4}), one("ito")]
    teams = assess([*osaka, one("ueda", team_id="tea_b"), one("endo", team_id="tea_b")], POLICY)
    assert [(team.team_id, team.sessions, team.gini) for team in teams] == [
        ("tea_a", 4, 0.5),
        ("tea_b", 0, 0.0),
    ]
    assert [standing.due for standing in teams[0].standings] == [2, 2]
    assert teams[1].chance() is None


def test_a_supervisor_who_always_picks_the_same_one_is_seen() -> None:
    favourite = one("abe", imposed={"usr_same": 12, "usr_even": 2})
    rest = [one(f"o{n}", imposed={"usr_even": 2}) for n in range(5)]
    even, same = skews(assess([favourite, *rest], POLICY))
    assert (same.most_on, same.most_share, same.operators_reached) == ("usr_abe", 1.0, 1)
    chance = same.chance()
    assert chance is not None
    assert chance.p_value <= 0.002
    assert (even.supervisor_id, even.operators_reached, even.operators) == ("usr_even", 6, 6)
    assert even.gini < 1e-9
