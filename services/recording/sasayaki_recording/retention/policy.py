"""How long a client company's recordings are kept, and which days have been looked at.

The stream `recording.policy`, keyed by client company id. What is due is counted outside and noted
here once a day: a day that stands here is never counted again.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TypeAlias

from sasayaki.recording.v1.policy_events import (
    EVENTS,
    PolicyEvent,
    ReasonRetention,
    RetentionRun,
    RetentionSet,
)
from sasayaki_chassis.decider import Decider, Refused


@dataclass(frozen=True, slots=True)
class Days:
    """How many days recordings are kept; for some reasons, and those below them, other ones."""

    usual: int
    by_reason: tuple[tuple[str, int], ...] = ()

    def of(self, line: Sequence[str]) -> int:
        """Of a reason and those above it, nearest first: what is said of the nearest."""
        said = dict(self.by_reason)
        return next((said[reason_id] for reason_id in line if reason_id in said), self.usual)


@dataclass(frozen=True, slots=True)
class SetDays:
    """From `first_day`'s look on, recordings are kept for so long."""

    days: Days
    first_day: date


@dataclass(frozen=True, slots=True)
class NoteRun:
    """What was found on one day: `deleted` and `held` are what `due` falls into."""

    day: date
    deleted: int
    held: int


Command: TypeAlias = SetDays | NoteRun


@dataclass(frozen=True, slots=True)
class ForEver:
    """Nobody has said how long."""


@dataclass(frozen=True, slots=True)
class For:
    """Kept for so many days; the next look is `next_day`'s.

    `last_run` is the last day that was looked at by these very days, None before.
    """

    days: Days
    next_day: date
    last_run: date | None = None


State: TypeAlias = ForEver | For


def decide(state: State, command: Command, now: datetime) -> Sequence[PolicyEvent]:
    """Refuses NO_RETENTION."""
    match state, command:
        case For(days), SetDays(wanted) if wanted == days:
            return []
        case _, SetDays(wanted, first_day):
            by_reason = tuple(
                ReasonRetention(reason_id=reason_id, days=days)
                for reason_id, days in wanted.by_reason
            )
            return [
                RetentionSet(
                    days=wanted.usual, by_reason=by_reason, first_day=first_day.isoformat()
                )
            ]
        case For(_, next_day), NoteRun(day, deleted, held):
            if day < next_day:
                return []
            due = deleted + held
            return [RetentionRun(day=day.isoformat(), due=due, deleted=deleted, held=held)]
        case _:
            raise Refused("NO_RETENTION", "nobody has said how long recordings are kept")


def evolve(state: State, event: PolicyEvent) -> State:
    match event:
        case RetentionSet():
            by_reason = tuple((each.reason_id, each.days) for each in event.by_reason)
            days, first_day = Days(event.days, by_reason), date.fromisoformat(event.first_day)
            if isinstance(state, For):
                return For(days, max(first_day, state.next_day))
            return For(days, first_day)
        case RetentionRun():
            assert isinstance(state, For), "a run before anybody said how long"
            day = date.fromisoformat(event.day)
            return For(state.days, date.fromordinal(day.toordinal() + 1), day)


def deadline(state: State) -> tuple[datetime, Command] | None:
    """What is due is not in this stream: `keeper.py` looks when a day has begun."""
    return None


POLICY: Decider[State, Command, PolicyEvent] = Decider(
    stream="recording.policy",
    initial=ForEver(),
    decide=decide,
    evolve=evolve,
    deadline=deadline,
    events=EVENTS,
)
