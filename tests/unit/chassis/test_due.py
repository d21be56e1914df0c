"""When time itself acts: the first instant of all streams, and nothing kept for those that went."""

import tracemalloc
from collections.abc import Callable
from datetime import datetime, timedelta

from tests.harness.specification import NOON, SimulatedClock

from sasayaki_chassis.due import Due

LAPSE = timedelta(seconds=20)
MORNING = NOON + timedelta(hours=20)
CHANGES = 20_000
BYTES_MOST = 200_000


class Still:
    """A clock that stands still and whose alarms leave nothing behind."""

    def now(self) -> datetime:
        return NOON

    def alarm(self, at: datetime, ring: Callable[[], None]) -> "Still":
        return self

    def cancel(self) -> None: ...


def test_each_stream_comes_once_when_its_instant_has_come() -> None:
    clock, rung = SimulatedClock(), list[str]()
    due = Due(clock, lambda: rung.extend(due.passed()))
    due.note("one", NOON + LAPSE)
    due.note("two", NOON + 2 * LAPSE)
    due.note("gone", NOON + LAPSE)
    due.note("gone", None)
    due.set_alarm()
    clock.advance_to(MORNING)
    assert rung == ["one", "two"]


def test_an_instant_that_comes_and_goes_all_day_takes_the_room_of_one() -> None:
    """A pool that waits for the morning has a lapse of an offer before it with every contact."""
    due = Due(Still(), lambda: None)
    tracemalloc.start()
    try:
        for _ in range(CHANGES):
            for at in (NOON + LAPSE, MORNING):
                due.note("pool", at)
                due.set_alarm()
        held, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert held < BYTES_MOST
