"""Those who watch the floor: each is shown what they may see, in order, while they keep up."""

import asyncio
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import contextmanager

from prometheus_client import Counter

from sasayaki.monitoring.v1 import floor_pb2 as wire
from sasayaki.monitoring.v1.alert_events import AlertLevel
from sasayaki_chassis.identity import Identity
from sasayaki_chassis.owner import Overloaded
from sasayaki_monitoring.floor.rows import Audience, Part, Row

CHANGES_MOST = 1_024
"""Changes that wait for one watcher; a slower one is ended."""
WATCHERS_MOST = 500

SLOW = Counter("sasayaki_monitoring_slow_watchers_total", "Watchers of the floor that were ended.")


class Watcher:
    """One who watches: the floor at the start and every later change, in order."""

    def __init__(self, who: Identity, present: Iterable[Row], part: Part) -> None:
        self.who = who
        self._part = part
        self._present = [row.shown for row in present if self._sees(row)]
        self._changes: asyncio.Queue[wire.FloorRow] = asyncio.Queue(CHANGES_MOST)
        self._slow = False

    @property
    def in_person(self) -> bool:
        """Whether somebody is there who would see an alert."""
        return self._part is not Part.SHARED and self.who.role != "client"

    def show(self, row: Row) -> None:
        if self._slow or not self._sees(row):
            return
        try:
            self._changes.put_nowait(row.shown)
        except asyncio.QueueFull:
            self._slow = True
            SLOW.inc()

    async def changes(self) -> AsyncIterator[list[wire.FloorRow]]:
        """The present floor first. Raises Overloaded once changes have been lost: watch again."""
        yield self._present
        while not self._slow:
            yield [await self._changes.get()]
        raise Overloaded(f"{CHANGES_MOST} changes of the floor wait")

    def _sees(self, row: Row) -> bool:
        return self._part.has(row.kind) and row.is_for(self.who)


class Watchers:
    """Everybody who watches now: an open stream of their own is all that it takes."""

    def __init__(self) -> None:
        self._watchers: dict[Watcher, None] = {}  # in order: whoever came first is told first

    def __len__(self) -> int:
        return len(self._watchers)

    @contextmanager
    def watching(
        self, who: Identity, present: Iterable[Row], part: Part = Part.EVERY
    ) -> Iterator[Watcher]:
        """Raises Overloaded when too many watch."""
        if len(self._watchers) >= WATCHERS_MOST:
            raise Overloaded(f"{WATCHERS_MOST} watch the floor")
        watcher = Watcher(who, present, part)
        self._watchers[watcher] = None
        try:
            yield watcher
        finally:
            del self._watchers[watcher]

    def show(self, row: Row) -> None:
        for watcher in self._watchers:
            watcher.show(row)

    def first_level(self, tenant_id: str, client_id: str, team_id: str) -> AlertLevel:
        """The narrowest level at which somebody who may see the alert watches in person.

        When nobody at all watches it is the widest: whoever opens the floor next sees it.
        """
        people = [watcher.who for watcher in self._watchers if watcher.in_person]
        levels = (AlertLevel.TEAM, AlertLevel.ALL) if team_id else (AlertLevel.ALL,)
        for level in levels:
            alert = Row(
                tenant_id, frozenset((client_id,)), wire.FloorRow(), Audience(level, team_id)
            )
            if any(alert.is_for(who) for who in people):
                return level
        return AlertLevel.MANAGERS
