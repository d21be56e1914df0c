"""What people see of the platform's streams while a test goes on."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Generic, TypeVar

from tests.harness.waiting import until

from sasayaki.monitoring.v1 import desk_pb2 as desk_pb
from sasayaki.monitoring.v1 import floor_pb2 as pb
from sasayaki_demo.people import Operator, Supervisor

RowT = TypeVar("RowT", pb.FloorRow, desk_pb.DeskRow)


class Seen(Generic[RowT]):
    """The rows that somebody has seen so far."""

    def __init__(self) -> None:
        self.rows: list[RowT] = []

    async def follow(self, stream: AsyncIterator[RowT]) -> None:
        """Notes every row of a stream."""
        async for row in stream:
            self.rows.append(row)

    async def sees(self, holds: Callable[[RowT], bool]) -> RowT:
        """Returns a row of which this holds, as soon as there is one."""
        await until(lambda: any(holds(row) for row in self.rows))
        return next(row for row in self.rows if holds(row))


class Floor(Seen[pb.FloorRow]):
    """What one supervisor has seen of the floor; `seen_at`: when an alert was first shown, s."""

    def __init__(self) -> None:
        super().__init__()
        self.seen_at: dict[str, float] = {}

    async def follow(self, stream: AsyncIterator[pb.FloorRow]) -> None:
        """Notes every row of a stream."""
        async for row in stream:
            self.rows.append(row)
            if row.HasField("alert"):
                self.seen_at.setdefault(row.alert.alert_id, time.perf_counter())

    async def sees_alert(self, alert_id: str, state: pb.FloorAlertState.ValueType) -> None:
        """Returns when an alert was shown in this state."""
        await self.sees(lambda row: row.alert.alert_id == alert_id and row.alert.state == state)


@asynccontextmanager
async def watched(supervisor: Supervisor) -> AsyncIterator[Floor]:
    """The floor as this supervisor sees it meanwhile."""
    floor = Floor()
    async with _following(floor.follow(supervisor.floor())):
        yield floor


@asynccontextmanager
async def watching(operator: Operator) -> AsyncIterator[Seen[desk_pb.DeskRow]]:
    """What concerns this operator meanwhile."""
    seen: Seen[desk_pb.DeskRow] = Seen()
    async with _following(seen.follow(operator.listeners())):
        yield seen


@asynccontextmanager
async def _following(work: Coroutine[None, None, None]) -> AsyncIterator[None]:
    following = asyncio.create_task(work)
    try:
        yield
    finally:
        following.cancel()
        await asyncio.gather(following, return_exceptions=True)
