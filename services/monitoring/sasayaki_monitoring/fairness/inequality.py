"""How unequally something is spread: Lorenz curve and Gini coefficient."""

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import TypeAlias

Point: TypeAlias = tuple[float, float]
"""Share of what was due, share of what was done, both from 0 to 1."""


def lorenz(spread: Iterable[tuple[float, float]]) -> list[Point]:
    """The curve through (actual, due) pairs, from who has least for their due to who has most.

    Empty when nothing was done or nothing was due.
    """
    ordered = sorted((pair for pair in spread if pair[1] > 0), key=lambda pair: pair[0] / pair[1])
    actual = sum(done for done, _ in ordered)
    due = sum(owed for _, owed in ordered)
    if not actual:
        return []
    points, x, y = [(0.0, 0.0)], 0.0, 0.0
    for done, owed in ordered:
        x, y = x + owed / due, y + done / actual
        points.append((x, y))
    return points


def gini(points: Sequence[Point]) -> float:
    """Twice the area between the curve and the diagonal: 0 is even, near 1 is all on one.

    Sums over trapezes; an empty curve is even.
    """
    if not points:
        return 0.0
    return max(0.0, 1 - sum((b[0] - a[0]) * (b[1] + a[1]) for a, b in pairwise(points)))
