"""What an outsourcer holds to be fair: how much more some operators need a supervisor's ear."""

from dataclasses import dataclass

NEED_LEAST = 0.5
NEED_MOST = 3.0


@dataclass(frozen=True, slots=True)
class Policy:
    """Weights of need and the limits of the list. Weights multiply; the product is capped."""

    newcomer_days: float = 90
    newcomer: float = 1.5
    """Known here for less than `newcomer_days`."""
    often_helped: float = 1.25
    """Helped at least `helped_least` times, and per hour of talk twice as often as the team."""
    follow_up: float = 1.25
    """Was told to do something otherwise, and it was not seen done yet."""
    helped_least: int = 3
    daily_most: int = 3
    """Imposed sessions within 24 hours after which the list leaves an operator alone."""


@dataclass(frozen=True, slots=True)
class Need:
    """The weight and what it is made of."""

    weight: float
    newcomer: bool
    often_helped: bool


def need(
    policy: Policy,
    *,
    known_days: float,
    helped: int,
    follow_ups: int,
    talk_h: float,
    team_helped_per_h: float,
) -> Need:
    """How much one operator needs; 1 is ordinary, always from 0.5 to 3."""
    newcomer = known_days < policy.newcomer_days
    often = helped >= policy.helped_least and helped > 2 * team_helped_per_h * talk_h
    weight = (policy.newcomer if newcomer else 1.0) * (policy.often_helped if often else 1.0)
    weight *= policy.follow_up if follow_ups else 1.0
    return Need(min(max(weight, NEED_LEAST), NEED_MOST), newcomer, often)
