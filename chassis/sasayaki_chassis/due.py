"""When time itself acts next: one instant for each stream that waits for one."""

import heapq
from collections.abc import Callable, Iterator
from datetime import datetime

from sasayaki_chassis.clock import Alarm, Clock

STALE_MOST = 100
"""Entries of instants that no longer hold, beside one for each that does; then they are dropped."""


class Due:
    """Rings when the first of the noted instants has come."""

    def __init__(self, clock: Clock, ring: Callable[[], None]) -> None:
        self._clock = clock
        self._ring = ring
        self._noted: dict[str, datetime] = {}
        self._heap: list[tuple[datetime, str]] = []  # what `_noted` does not know is stale
        self._alarm: Alarm | None = None

    def clear(self) -> None:
        self._noted, self._heap = {}, []

    def note(self, stream_id: str, at: datetime | None) -> None:
        """The stream's instant from here on; `set_alarm` has it rung for."""
        if at is None:
            self._noted.pop(stream_id, None)
        elif self._noted.get(stream_id) != at:
            self._noted[stream_id] = at
            heapq.heappush(self._heap, (at, stream_id))
            if len(self._heap) > 2 * len(self._noted) + STALE_MOST:
                self._heap = [(noted, stream) for stream, noted in self._noted.items()]
                heapq.heapify(self._heap)

    def set_alarm(self) -> None:
        while self._heap and self._noted.get(self._heap[0][1]) != self._heap[0][0]:
            heapq.heappop(self._heap)
        if self._alarm is not None:
            self._alarm.cancel()
        self._alarm = self._clock.alarm(self._heap[0][0], self._ring) if self._heap else None

    def passed(self) -> Iterator[str]:
        """Yields streams whose instant has come, each once.

        One whose decision changes nothing is not noted again: it would come for ever.
        """
        now = self._clock.now()
        while self._heap and self._heap[0][0] <= now:
            at, stream_id = heapq.heappop(self._heap)
            if self._noted.get(stream_id) == at:
                del self._noted[stream_id]
                yield stream_id
        self.set_alarm()  # again, if it rang early: timers are rounded, and clocks are set back
