"""Where time comes from: the one thing about time that a test replaces."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Protocol


class Alarm(Protocol):
    """A call that is to happen; may be called off."""

    def cancel(self) -> None: ...


class Clock(Protocol):
    """Says what time it is and calls back when a time has come."""

    def now(self) -> datetime: ...

    def alarm(self, at: datetime, ring: Callable[[], None]) -> Alarm: ...


class SystemClock:
    """The machine's clock; alarms ring on the running event loop."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def alarm(self, at: datetime, ring: Callable[[], None]) -> Alarm:
        wait_s = max(0.0, (at - self.now()).total_seconds())
        return asyncio.get_running_loop().call_later(wait_s, ring)
