"""How loud each talk is, second by second, for those who watch: nothing of it is kept.

The node measures; here each leg gets its role and user, and each watcher their client companies'
talks. Seconds are of this instance's node, and none comes while nobody talks.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import TypeAlias

from sasayaki.media.node.v1 import node_pb2 as node
from sasayaki.media.v1 import media_service_pb2 as pb
from sasayaki_chassis.identity import Identity
from sasayaki_chassis.owner import Overloaded
from sasayaki_media.calls.states import Connected
from sasayaki_media.calls.switchboard import Switchboard
from sasayaki_media.metrics import (
    LEVEL_WATCHERS,
    LEVEL_WATCHERS_REFUSED,
    LEVEL_WATCHERS_SLOW,
    LEVELS,
)

WATCHERS_MOST = 100
"""Those who watch at once; the next is turned away."""
SECONDS_MOST = 5
"""Seconds that wait for one watcher; a slower one is ended."""

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

Sight: TypeAlias = tuple[str, frozenset[str] | None]
"""Tenant, and the client companies whose talks may be seen; None: all of the tenant."""
Talk: TypeAlias = tuple[str, pb.CallLevels]
"""Tenant, and one talk's second."""


class Watcher:
    """One who watches: every second from now on, in order."""

    def __init__(self, sight: Sight) -> None:
        self.sight = sight
        self._seconds: asyncio.Queue[pb.WatchLevelsResponse] = asyncio.Queue(SECONDS_MOST)
        self._slow = False

    def show(self, second: pb.WatchLevelsResponse) -> None:
        if self._slow:
            return
        try:
            self._seconds.put_nowait(second)
        except asyncio.QueueFull:
            self._slow = True
            LEVEL_WATCHERS_SLOW.inc()

    async def seconds(self) -> AsyncIterator[pb.WatchLevelsResponse]:
        """Raises Overloaded once a second has been lost: watch again."""
        while not self._slow:
            yield await self._seconds.get()
        raise Overloaded(f"{SECONDS_MOST} seconds of levels wait")


class Levels:
    """Everybody who watches now: an open stream is all that it takes."""

    def __init__(self, calls: Switchboard) -> None:
        self._calls = calls
        self._watchers: set[Watcher] = set()

    @contextmanager
    def watching(self, who: Identity) -> Iterator[Watcher]:
        """Raises Overloaded when too many watch."""
        if len(self._watchers) >= WATCHERS_MOST:
            LEVEL_WATCHERS_REFUSED.inc()
            raise Overloaded(f"{WATCHERS_MOST} watch levels")
        watcher = Watcher((who.tenant_id, None if who.role == "service" else who.clients))
        self._watchers.add(watcher)
        LEVEL_WATCHERS.set(len(self._watchers))
        try:
            yield watcher
        finally:
            self._watchers.discard(watcher)
            LEVEL_WATCHERS.set(len(self._watchers))

    def take(self, levels: node.Levels) -> None:
        """Shows a second to all; those with the same sight share one message."""
        LEVELS.inc()
        if not self._watchers:
            return
        talks = [talk for call in levels.calls if (talk := self._talk(call))]
        seconds: dict[Sight, pb.WatchLevelsResponse] = {}
        for watcher in self._watchers:
            if watcher.sight not in seconds:
                seconds[watcher.sight] = _seen(levels.at_us, talks, watcher.sight)
            watcher.show(seconds[watcher.sight])

    def _talk(self, call: node.CallLevels) -> Talk | None:
        """None for a call that is over, or not known here."""
        meta, state = self._calls.meta(call.contact_id), self._calls.state(call.contact_id)
        if meta is None or not isinstance(state, Connected):
            return None
        roles = {"": (pb.LEG_ROLE_CUSTOMER, "")}
        roles |= {leg.leg_id: (pb.LEG_ROLE_OPERATOR, leg.operator_id) for leg in state.operators}
        roles |= {
            leg.leg_id: (pb.LEG_ROLE_SUPERVISOR, leg.supervisor_id) for leg in state.supervisors
        }
        legs = [_leg(leg, *roles[leg.leg_id]) for leg in call.legs if leg.leg_id in roles]
        return meta.tenant_id, pb.CallLevels(
            contact_id=call.contact_id,
            client_id=meta.client_id or "",
            legs=legs,
            overlap_ms=call.overlap_ms,
        )


def _leg(leg: node.LegLevel, role: "pb.LegRole.ValueType", user_id: str) -> pb.LegLevel:
    return pb.LegLevel(
        role=role,
        user_id=user_id,
        level_dbfs=leg.level_tenth_dbfs / 10,
        speech_ms=leg.speech_ms,
    )


def _seen(at_us: int, talks: list[Talk], sight: Sight) -> pb.WatchLevelsResponse:
    tenant, clients = sight
    calls = [
        call
        for tenant_id, call in talks
        if tenant_id == tenant and (clients is None or call.client_id in clients)
    ]
    second = pb.WatchLevelsResponse(calls=calls)
    second.at.FromDatetime(EPOCH + timedelta(microseconds=at_us))
    return second
