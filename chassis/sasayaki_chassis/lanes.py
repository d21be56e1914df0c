"""Work in order within a lane, lanes side by side; so many pieces at once at most."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

from prometheus_client import Counter

W = TypeVar("W")


class Lanes(Generic[W]):
    """Runs `work` on each piece; a lane that runs empty is forgotten.

    Tasks belong to the task group that is handed in: its end is theirs, and their fault its.
    `full` counts how often a piece had to wait.
    """

    def __init__(
        self,
        tasks: asyncio.TaskGroup,
        work: Callable[[W], Awaitable[None]],
        *,
        most: int,
        full: Counter,
    ) -> None:
        self._tasks = tasks
        self._work = work
        self._room = asyncio.Semaphore(most)
        self._full = full
        self._lanes: dict[str, deque[W]] = {}

    async def put(self, lane: str, piece: W) -> None:
        """Waits while too many pieces are under way."""
        if self._room.locked():
            self._full.inc()
        await self._room.acquire()
        if lane in self._lanes:
            self._lanes[lane].append(piece)
        else:
            self._lanes[lane] = deque([piece])
            self._tasks.create_task(self._drain(lane))

    async def _drain(self, lane: str) -> None:
        pieces = self._lanes[lane]
        while pieces:
            await self._work(pieces.popleft())
            self._room.release()
        del self._lanes[lane]
