"""Given these events, when that is asked, then exactly this is decided; and a clock to move."""

import heapq
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Generic

from sasayaki_chassis.clock import Alarm
from sasayaki_chassis.codec import Entry
from sasayaki_chassis.decider import C, Decider, E, Refused, S

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Outcome(Generic[E]):
    """What a decision came to."""

    events: tuple[E, ...]
    refused: Refused | None

    def then(self, *expected: E) -> None:
        """Exactly these events, in this order; none means that nothing was to happen."""
        assert self.refused is None, f"refused: {self.refused.reason}: {self.refused}"
        assert self.events == expected, f"decided {self.events}, expected {expected}"

    def then_refused(self, reason: str) -> None:
        assert self.refused is not None, f"decided {self.events}, expected refusal {reason!r}"
        assert self.refused.reason == reason, f"refused {self.refused.reason!r}, not {reason!r}"


@dataclass(frozen=True, slots=True)
class Given(Generic[S, C, E]):
    """A stream with a history."""

    decider: Decider[S, C, E]
    state: S

    def when(self, command: C, at: datetime = NOON) -> Outcome[E]:
        try:
            return Outcome(tuple(self.decider.decide(self.state, command, at)), None)
        except Refused as refused:
            return Outcome((), refused)

    def when_time_passes(self) -> Outcome[E]:
        """Time goes on until the state's deadline and sends its command."""
        due = self.decider.deadline(self.state)
        assert due is not None, f"no time limit runs in {self.state}"
        return self.when(due[1], at=due[0])

    def then_nothing_is_due(self) -> None:
        due = self.decider.deadline(self.state)
        assert due is None, f"{due} is due"


def given(decider: Decider[S, C, E], *events: E) -> Given[S, C, E]:
    """The stream after `events`, oldest first."""
    return Given(decider, decider.fold(decider.initial, events))


@dataclass(order=True, slots=True)
class _Ringing:
    at: datetime
    number: int
    ring: Callable[[], None] = field(compare=False)
    cancelled: bool = field(default=False, compare=False)

    def cancel(self) -> None:
        self.cancelled = True


class SimulatedClock:
    """A clock that stands still until `advance_to`; alarms ring in order of their instants."""

    def __init__(self, start: datetime = NOON) -> None:
        self._now = start
        self._alarms: list[_Ringing] = []
        self._made = 0

    def now(self) -> datetime:
        return self._now

    def alarm(self, at: datetime, ring: Callable[[], None]) -> Alarm:
        self._made += 1
        ringing = _Ringing(at, self._made, ring)
        heapq.heappush(self._alarms, ringing)
        return ringing

    def advance_to(self, instant: datetime) -> None:
        """Moves the time on and rings what has come due."""
        while self._alarms and self._alarms[0].at <= instant:
            due = heapq.heappop(self._alarms)
            self._now = max(self._now, due.at)
            if not due.cancelled:
                due.ring()
        self._now = max(self._now, instant)


class MemoryLog:
    """A partition in memory; owners that compete for it share one list of `landed` records."""

    def __init__(self, landed: list[Entry] | None = None) -> None:
        self.landed: list[Entry] = [] if landed is None else landed

    async def end(self) -> int:
        return len(self.landed)

    async def append(self, entries: Sequence[Entry]) -> int:
        base = len(self.landed)
        self.landed.extend(entries)
        return base

    async def read(self, start: int, upto: int) -> AsyncIterator[tuple[int, bytes | None]]:
        for offset in range(start, upto):
            yield offset, self.landed[offset].value
