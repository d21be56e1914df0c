"""The smallest decider that notices every wrong history: it counts, and events hold the total."""

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sasayaki.event import Event, Instant, Recorded, Uint32
from sasayaki_chassis.decider import Decider, Refused


class Counted(Event, type="sasayaki.test.v1.Counted"):
    """One more; `total` is the count after it."""

    total: Uint32


class TimerSet(Event, type="sasayaki.test.v1.TimerSet"):
    """Time is to count one by itself."""

    due: Instant


@dataclass(frozen=True, slots=True)
class Add:
    """Counts `times` in one decision."""

    times: int = 1


@dataclass(frozen=True, slots=True)
class SetTimer:
    """Lets time count one after `wait_s`."""

    wait_s: float


@dataclass(frozen=True, slots=True)
class Count:
    """What has been counted, and when time counts next."""

    total: int = 0
    due: datetime | None = None


Command = Add | SetTimer
CounterEvent = Counted | TimerSet


def decide(state: Count, command: Command, now: datetime) -> Sequence[CounterEvent]:
    match command:
        case Add(times) if times < 0:
            raise Refused("NEGATIVE", f"cannot count {times} times")
        case Add(times):
            return [Counted(total=state.total + 1 + i) for i in range(times)]
        case SetTimer(wait_s):
            return [TimerSet(due=now + timedelta(seconds=wait_s))]


def evolve(state: Count, event: CounterEvent) -> Count:
    match event:
        case Counted(total=total):
            assert total == state.total + 1, f"{total} after {state.total}"
            return Count(total)
        case TimerSet(due=due):
            return Count(state.total, due)


def deadline(state: Count) -> tuple[datetime, Command] | None:
    return None if state.due is None else (state.due, Add())


COUNTER: Decider[Count, Command, CounterEvent] = Decider(
    stream="test.counter",
    initial=Count(),
    decide=decide,
    evolve=evolve,
    deadline=deadline,
    events=(Counted, TimerSet),
)

EVENTS = COUNTER.events
CounterRecord = Recorded[CounterEvent]

# Followers find a topic's events in the contract's module of that name.
sys.modules["sasayaki.test.v1.counter_events"] = sys.modules[__name__]
