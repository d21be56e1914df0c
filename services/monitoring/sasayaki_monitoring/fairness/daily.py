"""Notes a team's fairness once a day: the stream `monitoring.fairness`, one team's each."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TypeAlias

from sasayaki.monitoring.v1.fairness_events import EVENTS, FairnessAssessed, FairnessEvent
from sasayaki_chassis.decider import Decider
from sasayaki_chassis.ids import derived_id


@dataclass(frozen=True, slots=True)
class Assess:
    """What a team's day came to; a day is noted once, and none before one that is noted."""

    day: date
    assessed: FairnessAssessed


Command: TypeAlias = Assess
State: TypeAlias = date | None
"""The last day that is noted."""


def decide(state: State, command: Command, now: datetime) -> Sequence[FairnessEvent]:
    return [command.assessed] if state is None or state < command.day else []


def evolve(state: State, event: FairnessEvent) -> State:
    return date.fromisoformat(event.day)


def deadline(state: State) -> tuple[datetime, Command] | None:
    """What a day came to is counted elsewhere: time alone can't tell."""
    return None


def stream_of(tenant_id: str, team_id: str) -> str:
    """The id of a team's stream; team ids are unique in their tenant only."""
    return derived_id("fai", tenant_id, "Fairness", team_id)


FAIRNESS: Decider[State, Command, FairnessEvent] = Decider(
    stream="monitoring.fairness",
    initial=None,
    decide=decide,
    evolve=evolve,
    deadline=deadline,
    events=EVENTS,
)
