"""Who is monitored more or less than their share, and how sure that is."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from sasayaki_monitoring.fairness.gamma import quantile

PRIOR_SHAPE = 2.0
PRIOR_RATE = 2.0
"""Gamma(2, 2): before anything is counted, a ratio near 1 is likely and 3 is not."""
TAIL = 0.025
OVER_FROM = 1.25
UNDER_TO = 0.8


class Flag(StrEnum):
    """Whether the whole interval lies beyond what counts as ordinary."""

    NONE = "none"
    OVER = "over"
    UNDER = "under"


@dataclass(frozen=True, slots=True)
class Ratio:
    """Actual against expected, shrunk toward 1, with its 95 % equal-tailed interval."""

    mean: float
    low: float
    high: float

    @property
    def flag(self) -> Flag:
        if self.low > OVER_FROM:
            return Flag.OVER
        return Flag.UNDER if self.high < UNDER_TO else Flag.NONE


def expected(total: float, weights: Sequence[float]) -> list[float]:
    """`total` spread in proportion to the weights (need × talk); all 0 when no weight is."""
    whole = sum(weights)
    return [total * weight / whole if whole else 0.0 for weight in weights]


def ratio(sessions: int, due: float) -> Ratio:
    """The posterior Gamma(2 + s, rate 2 + e) of `sessions` where `due` are fair."""
    shape, rate = PRIOR_SHAPE + sessions, PRIOR_RATE + due
    return Ratio(shape / rate, quantile(TAIL, shape) / rate, quantile(1 - TAIL, shape) / rate)
