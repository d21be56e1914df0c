"""Time that jumps and a log that misbehaves, both from a seed."""

import asyncio
import selectors
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from random import Random
from typing import Any, TypeVar

from tests.harness.specification import MemoryLog

from sasayaki_chassis.codec import Entry
from sasayaki_chassis.kafka.log import Doubt

T = TypeVar("T")


class _NoWaiting(selectors.SelectSelector):
    """Instead of waiting, time is moved on by as much."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        assert timeout is not None, "every task waits for something that never comes"
        self.now += timeout
        return super().select(0)


class SimulatedLoop(asyncio.SelectorEventLoop):
    """An event loop whose time passes only when everybody waits: hours run in milliseconds."""

    def __init__(self) -> None:
        self._waiting = _NoWaiting()
        super().__init__(self._waiting)

    def time(self) -> float:
        return self._waiting.now

    def run_in_executor(  # type: ignore[override]  # no thread: time must not pass meanwhile
        self, executor: object, func: Callable[..., T], *args: Any
    ) -> asyncio.Future[T]:
        done: asyncio.Future[T] = self.create_future()
        try:
            done.set_result(func(*args))
        except Exception as error:  # noqa: BLE001 - whoever waits for the answer gets it
            done.set_exception(error)
        return done


def simulate(main: Coroutine[Any, Any, T]) -> T:
    """Runs `main` in simulated time."""
    with asyncio.Runner(loop_factory=SimulatedLoop) as runner:
        return runner.run(main)


class FaultyLog(MemoryLog):
    """Appends that come late, twice or never, and answers that get lost: all that Kafka may do."""

    def __init__(self, landed: list[Entry], random: Random, background: asyncio.TaskGroup) -> None:
        super().__init__(landed)
        self._random = random
        self._background = background

    async def append(self, entries: Sequence[Entry]) -> int:
        await self._pause()
        fault = self._random.random()
        if fault < 0.05:
            raise Doubt("lost on the way")
        if fault < 0.12:
            self._background.create_task(self._later(entries))
            raise Doubt("on the way for longer than anyone waits")
        base = await super().append(entries)
        if fault < 0.18:
            self._background.create_task(self._later(entries))
        await self._pause()
        if fault > 0.95:
            raise Doubt("landed, but the answer is lost")
        return base

    async def read(self, start: int, upto: int) -> AsyncIterator[tuple[int, bytes | None]]:
        async for found in super().read(start, upto):
            if self._random.random() < 0.1:
                await self._pause()
            yield found

    async def _later(self, entries: Sequence[Entry]) -> None:
        await asyncio.sleep(self._random.expovariate(1 / 3.0))
        await super().append(entries)

    async def _pause(self) -> None:
        """Mostly a moment; sometimes so long that another owner takes over."""
        await asyncio.sleep(self._random.choice((0.0, 0.001, 0.01, 0.1, 4.0)))
