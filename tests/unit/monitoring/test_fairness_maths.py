"""The mathematics of fairness: published values, identities and the vectors of the design."""

from collections.abc import Sequence
from math import exp, factorial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sasayaki_monitoring.fairness.chance import by_chance
from sasayaki_monitoring.fairness.gamma import lower, quantile
from sasayaki_monitoring.fairness.inequality import gini, lorenz
from sasayaki_monitoring.fairness.policy import NEED_LEAST, NEED_MOST, Policy, need
from sasayaki_monitoring.fairness.share import Flag, expected, ratio

ALL_ON_ONE = [0, 0, 0, 10]


def plain_gini(amounts: Sequence[float]) -> float:
    """Gini of amounts of which everybody is due the same."""
    return gini(lorenz((amount, 1.0) for amount in amounts))


@pytest.mark.parametrize(
    ("sessions", "due", "mean", "low", "high", "flag"),
    [
        (0, 4, 0.333, 0.040, 0.929, Flag.NONE),
        (4, 4, 1.000, 0.367, 1.945, Flag.NONE),
        (12, 4, 2.333, 1.276, 3.705, Flag.OVER),
        (20, 10, 1.833, 1.149, 2.675, Flag.NONE),
        (0, 8, 0.200, 0.024, 0.557, Flag.UNDER),
    ],
)
def test_ratios_and_flags_are_those_of_the_design(
    sessions: int, due: float, mean: float, low: float, high: float, flag: Flag
) -> None:
    found = ratio(sessions, due)
    assert [round(value, 3) for value in (found.mean, found.low, found.high)] == [mean, low, high]
    assert found.flag is flag


def test_ginis_are_those_of_the_design() -> None:
    assert plain_gini(ALL_ON_ONE) == pytest.approx(0.75)
    assert plain_gini([1, 2, 3, 4]) == pytest.approx(0.25)


@pytest.mark.parametrize(
    ("probability", "degrees", "chi_square"),
    [
        (0.025, 1, 0.000982), (0.975, 1, 5.02389), (0.95, 1, 3.84146), (0.05, 2, 0.102587),
        (0.025, 10, 3.24697), (0.975, 10, 20.4832), (0.99, 20, 37.5662), (0.005, 30, 13.7867),
        (0.975, 100, 129.561), (0.025, 100, 74.2219),
    ],
)  # fmt: skip
def test_quantiles_are_those_of_printed_chi_square_tables(
    probability: float, degrees: int, chi_square: float
) -> None:
    """A chi-square value of k degrees of freedom is twice a gamma value of shape k / 2."""
    assert 2 * quantile(probability, degrees / 2) == pytest.approx(chi_square, rel=5e-5, abs=5e-7)


@given(st.integers(1, 60), st.floats(0.01, 120))
def test_for_whole_shapes_the_probability_is_that_of_a_poisson_tail(shape: int, x: float) -> None:
    tail = sum(exp(-x) * x**k / factorial(k) for k in range(shape))
    assert lower(shape, x) == pytest.approx(1 - tail, abs=1e-10)


@given(st.floats(0.001, 0.999), st.floats(0.3, 5000))
def test_the_quantile_is_the_inverse_of_the_probability(probability: float, shape: float) -> None:
    assert lower(shape, quantile(probability, shape)) == pytest.approx(probability, abs=1e-8)


@pytest.mark.parametrize("wrong", [(0.0, 1.0), (1.0, 1.0), (0.5, 0.0)])
def test_what_has_no_quantile_is_refused(wrong: tuple[float, float]) -> None:
    with pytest.raises(ValueError, match="is"):
        quantile(*wrong)


def test_what_is_due_adds_up_to_what_was_done() -> None:
    assert expected(12, [1, 2, 3]) == [2, 4, 6]
    assert expected(0, [1, 2]) == [0, 0]
    assert expected(3, [0, 0]) == [0, 0]


def test_nothing_counted_is_no_reason_for_a_flag() -> None:
    assert ratio(0, 0).flag is Flag.NONE
    assert ratio(0, 0).mean == 1


amounts = st.lists(st.integers(0, 1000), min_size=1, max_size=40)


@given(amounts, st.integers(1, 50))
def test_gini_is_from_0_to_below_1_and_knows_no_unit(spread: list[int], scale: int) -> None:
    found = plain_gini(spread)
    assert 0 <= found <= 1 - 1 / len(spread) + 1e-9
    assert plain_gini([scale * each for each in spread]) == pytest.approx(found, abs=1e-9)


@given(st.integers(1, 40), st.integers(0, 50))
def test_gini_of_equals_is_0(people: int, amount: int) -> None:
    assert plain_gini([amount] * people) == pytest.approx(0, abs=1e-9)


@given(amounts)
def test_a_lorenz_curve_rises_below_the_diagonal_and_is_hollow(spread: list[int]) -> None:
    points = lorenz((float(each), 1.0) for each in spread)
    if not points:
        assert not any(spread)
        return
    assert points[0] == (0, 0)
    assert points[-1] == (pytest.approx(1), pytest.approx(1))
    assert all(y <= x + 1e-9 for x, y in points)


def test_who_is_due_more_and_has_more_is_treated_evenly() -> None:
    assert gini(lorenz([(1, 1), (2, 2), (6, 6)])) == pytest.approx(0)
    assert gini(lorenz([(3, 1), (3, 2), (3, 6)])) > 0.3


def test_chance_explains_an_ordinary_spread_and_not_a_lopsided_one() -> None:
    ordinary = by_chance([1, 2, 3, 2], [1, 1, 1, 1], "tea_a")
    lopsided = by_chance([0, 0, 0, 10], [1, 1, 1, 1], "tea_a")
    assert ordinary is not None
    assert lopsided is not None
    assert ordinary.p_value > 0.5
    assert lopsided.p_value == 1 / 1000
    assert 0 < lopsided.low < lopsided.high < 0.75


def test_the_same_question_to_chance_has_the_same_answer() -> None:
    assert by_chance([3, 1], [1, 2], "x") == by_chance([3, 1], [1, 2], "x")


def test_chance_says_nothing_of_one_person_or_of_no_session() -> None:
    assert by_chance([5], [1], "x") is None
    assert by_chance([0, 0], [1, 1], "x") is None
    assert by_chance([2, 0], [1, 0], "x") is None


def test_a_fair_null_model_calls_few_fair_teams_unfair() -> None:
    """Of teams drawn by chance itself about 5 % have p ≤ 0.05."""
    from random import Random

    random = Random(7)
    below = 0
    for team in range(200):
        chosen = random.choices(range(6), k=12)
        found = by_chance([chosen.count(each) for each in range(6)], [1.0] * 6, f"{team}")
        assert found is not None
        below += found.p_value <= 0.05
    assert below <= 20


@given(st.floats(0, 4000), st.integers(0, 100), st.floats(0, 500), st.floats(0, 5))
def test_need_is_always_within_its_cap(
    days: float, helped: int, talk_h: float, team: float
) -> None:
    for policy in (Policy(), Policy(newcomer=9, often_helped=9), Policy(newcomer=0.01)):
        found = need(
            policy,
            known_days=days,
            helped=helped,
            talk_h=talk_h,
            team_helped_per_h=team,
            follow_ups=helped % 2,
        )
        assert NEED_LEAST <= found.weight <= NEED_MOST


def test_newcomers_and_who_is_often_helped_or_to_be_followed_up_need_more() -> None:
    def weight(days: float, helped: int, follow_ups: int = 0) -> float:
        return need(
            Policy(),
            known_days=days,
            helped=helped,
            follow_ups=follow_ups,
            talk_h=10,
            team_helped_per_h=0.1,
        ).weight

    assert weight(400, 0, 1) == weight(400, 0, 5) == 1.25

    assert weight(400, 0) == 1
    assert weight(89, 0) == 1.5
    assert weight(90, 0) == 1
    assert weight(400, 2) == 1
    assert weight(400, 3) == 1.25
    assert weight(10, 3) == 1.875
