"""Operators' desks: a view of the pools that tells its watchers every change."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, assert_never

from prometheus_client import Counter

from sasayaki.event import Recorded
from sasayaki.routing.v1.pool_events import OfferKind, OperatorState, PoolEvent
from sasayaki_chassis.owner import Overloaded
from sasayaki_routing.pool.state.evolve import evolve
from sasayaki_routing.pool.state.states import (
    Away,
    Consulting,
    Off,
    Pool,
    Ready,
    Reserved,
    Ringing,
    Status,
    Talking,
    WrappingUp,
    colleague,
)

CHANGES_MOST = 64
"""Changes that wait for one watcher; a slower one is ended."""
WATCHERS_MOST = 10_000

SLOW = Counter("sasayaki_routing_slow_watchers_total", "Watchers of desks that were ended.")


@dataclass(frozen=True, slots=True)
class Desk:
    """What an operator sees of their own state; `respond_by` limits an offer or a wrap-up.

    `colleague_id`: with whom they consult.
    """

    operator_id: str
    state: OperatorState
    since: datetime | None = None
    contact_id: str | None = None
    respond_by: datetime | None = None
    reason: str = ""
    kind: OfferKind = OfferKind.UNSPECIFIED
    colleague_id: str = ""


def desk(operator_id: str, status: Status) -> Desk:
    match status:
        case Off(since=since):
            return Desk(operator_id, OperatorState.OFF, since)
        case Away(since=since, reason=reason):
            return Desk(operator_id, OperatorState.AWAY, since, reason=reason)
        case Ready(since=since):
            return Desk(operator_id, OperatorState.READY, since)
        case Ringing(contact_id=contact_id, since=since, respond_by=limit, kind=kind):
            return Desk(operator_id, OperatorState.RINGING, since, contact_id, limit, kind=kind)
        case Reserved(contact_id=contact_id, since=since, respond_by=limit):
            callback = OfferKind.CALLBACK
            return Desk(operator_id, OperatorState.RINGING, since, contact_id, limit, kind=callback)
        case Talking(contact_id=contact_id, since=since, kind=kind):
            return Desk(operator_id, OperatorState.TALKING, since, contact_id, kind=kind)
        case WrappingUp(contact_id=contact_id, since=since, release_by=limit):
            return Desk(operator_id, OperatorState.WRAP_UP, since, contact_id, limit)
        case _:
            assert_never(status)


def shown(pool: Pool, operator_id: str) -> Desk:
    """An operator's desk; one whom nobody put is off."""
    operator = pool.operators.get(operator_id)
    present = desk(operator_id, operator.status if operator else Off())
    match present.state:
        case OperatorState.RINGING | OperatorState.TALKING if present.contact_id:
            beside = colleague(pool, present.contact_id, operator_id)
            return replace(present, colleague_id=beside)
        case _:
            return present


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
        before = self.pools.get(pool_id, Pool())
        pool = self.pools[pool_id] = evolve(before, record.data)
        for operator_id in _touched(before, pool, record.data):
            watchers = self._watchers.get((pool_id, operator_id))
            if watchers:
                changed = shown(pool, operator_id)
                for watcher in watchers:
                    watcher.show(changed)

    @contextmanager
    def watch(self, pool_id: str, operator_id: str) -> Iterator[Watcher]:
        """Raises Overloaded when too many watch."""
        if self._watching >= WATCHERS_MOST:
            raise Overloaded(f"{WATCHERS_MOST} desks are watched")
        watcher = Watcher(shown(self.pools.get(pool_id, Pool()), operator_id))
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


def _touched(before: Pool, after: Pool, event: PoolEvent) -> Iterator[str]:
    """Whose desk an event may change: the operator's, and the colleague's with whom they are."""
    names = [getattr(event, "operator_id", ""), getattr(event, "to_operator_id", "")]
    for pool in (before, after):
        contact = pool.contacts.get(getattr(event, "contact_id", ""))
        if isinstance(contact, Consulting):
            names.append(contact.operator_id)
    yield from dict.fromkeys(name for name in names if name)
