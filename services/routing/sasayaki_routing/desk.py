"""Operators' desks: a view of the pools that tells its watchers every change."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, assert_never

from prometheus_client import Counter

from sasayaki.event import Recorded
from sasayaki.routing.v1.pool_events import OperatorState
from sasayaki_chassis.owner import Overloaded
from sasayaki_routing.pool_state import (
    Away,
    Off,
    Pool,
    Ready,
    Ringing,
    Status,
    Talking,
    WrappingUp,
    evolve,
)

CHANGES_MOST = 64
"""Changes that wait for one watcher; a slower one is ended."""
WATCHERS_MOST = 10_000

SLOW = Counter("sasayaki_routing_slow_watchers_total", "Watchers of desks that were ended.")


@dataclass(frozen=True, slots=True)
class Desk:
    """What an operator sees of their own state; `respond_by` limits an offer or a wrap-up."""

    operator_id: str
    state: OperatorState
    since: datetime | None = None
    contact_id: str | None = None
    respond_by: datetime | None = None
    reason: str = ""


def desk(operator_id: str, status: Status) -> Desk:
    match status:
        case Off(since=since):
            return Desk(operator_id, OperatorState.OFF, since)
        case Away(since=since, reason=reason):
            return Desk(operator_id, OperatorState.AWAY, since, reason=reason)
        case Ready(since=since):
            return Desk(operator_id, OperatorState.READY, since)
        case Ringing(contact_id=contact_id, since=since, respond_by=limit):
            return Desk(operator_id, OperatorState.RINGING, since, contact_id, limit)
        case Talking(contact_id=contact_id, since=since):
            return Desk(operator_id, OperatorState.TALKING, since, contact_id)
        case WrappingUp(contact_id=contact_id, since=since, release_by=limit):
            return Desk(operator_id, OperatorState.WRAP_UP, since, contact_id, limit)
        case _:
            assert_never(status)


class Watcher:
    """One who watches a desk: the state at the start and every later change, in order."""

    def __init__(self, present: Desk) -> None:
        self._changes: asyncio.Queue[Desk] = asyncio.Queue(CHANGES_MOST)
        self._changes.put_nowait(present)
        self._shown = present
        self._slow = False

    def show(self, changed: Desk) -> None:
        if self._slow or changed == self._shown:
            return
        self._shown = changed
        try:
            self._changes.put_nowait(changed)
        except asyncio.QueueFull:
            self._slow = True
            SLOW.inc()

    async def changes(self) -> AsyncIterator[Desk]:
        """Raises Overloaded once changes have been lost: watch again."""
        while not self._slow:
            yield await self._changes.get()
        raise Overloaded(f"{CHANGES_MOST} changes of the desk wait")


class Desks:
    """All pools as their records tell them."""

    topics: tuple[str, ...] = ("routing.pool",)

    def __init__(self) -> None:
        self.pools: dict[str, Pool] = {}
        self._watchers: dict[tuple[str, str], set[Watcher]] = {}
        self._watching = 0

    def fold(self, record: Recorded[Any]) -> None:
        pool_id = record.subject
        pool = self.pools[pool_id] = evolve(self.pools.get(pool_id, Pool()), record.data)
        operator_id = getattr(record.data, "operator_id", None)
        if operator_id is not None:
            changed = desk(operator_id, pool.operators[operator_id].status)
            for watcher in self._watchers.get((pool_id, operator_id), ()):
                watcher.show(changed)

    @contextmanager
    def watch(self, pool_id: str, operator_id: str) -> Iterator[Watcher]:
        """Raises Overloaded when too many watch."""
        if self._watching >= WATCHERS_MOST:
            raise Overloaded(f"{WATCHERS_MOST} desks are watched")
        operator = self.pools.get(pool_id, Pool()).operators.get(operator_id)
        watcher = Watcher(desk(operator_id, operator.status if operator else Off()))
        watchers = self._watchers.setdefault((pool_id, operator_id), set())
        watchers.add(watcher)
        self._watching += 1
        try:
            yield watcher
        finally:
            self._watching -= 1
            watchers.discard(watcher)
            if not watchers:
                self._watchers.pop((pool_id, operator_id), None)
