"""A service alone, without broker or sockets: the loop's time, a call's context, its records."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any, NoReturn

import grpc

from sasayaki.event import Recorded, events_of
from sasayaki_chassis import codec
from sasayaki_chassis.channels import REASON_KEY
from sasayaki_chassis.clock import Alarm
from sasayaki_chassis.codec import Entry

FOLLOWS_S = 0.005
"""From a record to those who follow its topic."""


class Refusal(Exception):
    """A call that was aborted."""

    def __init__(self, code: grpc.StatusCode, details: str, reason: str) -> None:
        super().__init__(f"{code.name} {reason}: {details}")
        self.code = code
        self.reason = reason


class LoopClock:
    """The event loop's time, from `begin` on."""

    def __init__(self, begin: datetime) -> None:
        self._begin = begin
        self._loop = asyncio.get_running_loop()

    def now(self) -> datetime:
        return self._begin + timedelta(seconds=self._loop.time())

    def alarm(self, at: datetime, ring: Callable[[], None]) -> Alarm:
        return self._loop.call_at((at - self._begin).total_seconds(), ring)


class Context:
    """As much of a gRPC context as methods use."""

    async def abort(
        self,
        code: grpc.StatusCode,
        details: str = "",
        trailing_metadata: Sequence[tuple[str, str]] = (),
    ) -> NoReturn:
        raise Refusal(code, details, dict(trailing_metadata).get(REASON_KEY, ""))


def record_of(stream: str, offset: int, entry: Entry) -> Recorded[Any] | None:
    """The record at an offset, if it is one that counts."""
    parsed = codec.parse(entry.value)
    if not codec.counts(offset, parsed["at"]):
        return None
    return codec.decode(parsed, events_of(stream))
