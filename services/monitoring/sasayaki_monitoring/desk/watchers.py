"""Operators who watch their own desk: each is shown what concerns them, in order."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypeAlias

from prometheus_client import Counter, Gauge

from sasayaki.monitoring.v1 import desk_pb2 as wire
from sasayaki_chassis.owner import Overloaded

CHANGES_MOST = 256
"""Changes that wait for one watcher; a slower one is ended."""
WATCHERS_MOST = 2_000
WATCHERS_EACH_MOST = 4
"""Of one operator: a second screen, a page that is opened again."""

SLOW = Counter("sasayaki_monitoring_slow_desks_total", "Watchers of a desk that were ended.")
WATCHING = Gauge("sasayaki_monitoring_desks_watched", "Open streams of operators.")

Operator: TypeAlias = tuple[str, str]
"""Tenant and operator."""
Open: TypeAlias = Callable[[str, str], str | None]
"""Opens what was sealed for a client company; None if it is forgotten."""


@dataclass(frozen=True, slots=True)
class Words:
    """What somebody wrote, sealed for a client company."""

    client_id: str
    sealed: str


@dataclass(frozen=True, slots=True)
class Row:
    """What is shown; `words` are opened for the one who reads them, and then only."""

    shown: wire.DeskRow
    words: Words | None = None

    def opened(self, opens: Open) -> wire.DeskRow:
        if self.words is None:
            return self.shown
        row = wire.DeskRow()
        row.CopyFrom(self.shown)
        words = opens(self.words.client_id, self.words.sealed) or ""
        if row.HasField("text"):
            row.text.text = words
        elif row.HasField("consent"):
            row.consent.note = words
        return row


class Watcher:
    """One open stream: all that is there at the start, and every later change, in order."""

    def __init__(self, present: Iterable[Row], opens: Open) -> None:
        self._present = list(present)
        self._opens = opens
        self._changes: asyncio.Queue[Row] = asyncio.Queue(CHANGES_MOST)
        self._slow = False

    def show(self, row: Row) -> None:
        if self._slow:
            return
        try:
            self._changes.put_nowait(row)
        except asyncio.QueueFull:
            self._slow = True
            SLOW.inc()

    async def changes(self) -> AsyncIterator[list[wire.DeskRow]]:
        """What is there first. Raises Overloaded once changes have been lost: watch again."""
        yield [row.opened(self._opens) for row in self._present]
        while not self._slow:
            row = await self._changes.get()
            yield [row.opened(self._opens)]
        raise Overloaded(f"{CHANGES_MOST} changes of the desk wait")


class Watchers:
    """Every operator's open streams."""

    def __init__(self, opens: Open) -> None:
        self._opens = opens
        self._watchers: dict[Operator, list[Watcher]] = {}

    def __len__(self) -> int:
        return sum(len(each) for each in self._watchers.values())

    @contextmanager
    def watching(self, operator: Operator, present: Iterable[Row]) -> Iterator[Watcher]:
        """Raises Overloaded when too many watch."""
        own = self._watchers.setdefault(operator, [])
        if len(self) >= WATCHERS_MOST or len(own) >= WATCHERS_EACH_MOST:
            raise Overloaded("too many watch")
        watcher = Watcher(present, self._opens)
        own.append(watcher)
        try:
            yield watcher
        finally:
            own.remove(watcher)
            if not own:
                self._watchers.pop(operator, None)

    def show(self, operator: Operator, row: Row) -> None:
        for watcher in self._watchers.get(operator, ()):
            watcher.show(row)
