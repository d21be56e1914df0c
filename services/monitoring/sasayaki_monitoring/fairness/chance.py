"""How uneven pure chance would be: what a small team's Gini has to be held against."""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from random import Random

from sasayaki_monitoring.fairness.inequality import gini, lorenz

ROUNDS_MOST = 999
ROUNDS_LEAST = 99
DRAWS_MOST = 20_000
"""Sessions drawn in all rounds: beyond it there are fewer rounds."""
SAME = 1e-9
"""Ginis closer than this are equal."""


@dataclass(frozen=True, slots=True)
class Chance:
    """The Gini of random choices: middle 95 %, and how often it is at least the one seen."""

    low: float
    high: float
    p_value: float


def by_chance(counts: Sequence[int], weights: Sequence[float], seed: str) -> Chance | None:
    """Hands the same number of sessions out at random, in proportion to the weights, many times.

    None when there is nothing to hand out or nobody to choose between. The same question has the
    same answer: the seed is the caller's.
    """
    taking = [(count, weight) for count, weight in zip(counts, weights, strict=True) if weight > 0]
    sessions = sum(count for count, _ in taking)
    if sessions == 0 or len(taking) < 2:
        return None
    seen = gini(lorenz((float(count), weight) for count, weight in taking))
    rounds = max(ROUNDS_LEAST, min(ROUNDS_MOST, DRAWS_MOST // sessions))
    shares = [weight for _, weight in taking]
    random, up_to = Random(seed), list(accumulate(shares))
    drawn = sorted(_random_gini(sessions, shares, up_to, random) for _ in range(rounds))
    as_uneven = rounds - bisect_left(drawn, seen - SAME)
    return Chance(
        low=drawn[round(0.025 * (rounds - 1))],
        high=drawn[round(0.975 * (rounds - 1))],
        p_value=(1 + as_uneven) / (1 + rounds),
    )


def _random_gini(
    sessions: int, weights: Sequence[float], up_to: Sequence[float], random: Random
) -> float:
    """The Gini of sessions that are handed out at random: `gini(lorenz(…))` without the points."""
    counts = [0] * len(weights)
    for place in random.choices(range(len(weights)), cum_weights=up_to, k=sessions):
        counts[place] += 1
    below, area = 0, 0.0
    by_share = sorted(
        (count / weight, count, weight) for count, weight in zip(counts, weights, strict=True)
    )
    for _, count, weight in by_share:
        area += weight * (below + count / 2)
        below += count
    return 1 - 2 * area / (sessions * up_to[-1])
