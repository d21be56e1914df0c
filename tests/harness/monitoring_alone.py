"""Monitoring whole, as `app.build` makes it, on logs in memory and the clock of the event loop.

Its own streams, and other services' records that a test tells, reach its views and reactors a
moment after they are written; its methods are called with an identity, as after the gate.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from itertools import count
from pathlib import Path
from typing import Any

from google.protobuf.message import Message
from tests.harness.alone import FOLLOWS_S, Context, LoopClock, record_of
from tests.harness.specification import MemoryLog

from sasayaki.event import Event, Recorded
from sasayaki_chassis import rpc
from sasayaki_chassis.codec import Entry
from sasayaki_chassis.identity import Identity
from sasayaki_chassis.owner import Owners
from sasayaki_chassis.rpc import Call
from sasayaki_chassis.service import Built, Service
from sasayaki_monitoring.app import build
from sasayaki_monitoring.fairness.parts import FairnessParts
from sasayaki_monitoring.methods import SERVICE
from sasayaki_monitoring.settings import Settings

ITSELF = "usr_monitoring"


class _Told(MemoryLog):
    """A partition whose records are told on."""

    def __init__(self, tell: Callable[[Entry, int], None]) -> None:
        super().__init__()
        self._tell = tell

    async def append(self, entries: Sequence[Entry]) -> int:
        base = await super().append(entries)
        for offset, entry in enumerate(entries, base):
            self._tell(entry, offset)
        return base


class MonitoringAlone:
    """The service; `media` is asked what its reactors ask of media.

    Of what runs by itself, fairness does; the rounds of the alert rules, once a second, would be
    most of what ten days cost.
    """

    def __init__(
        self,
        tenant_id: str,
        begin: datetime,
        folder: Path,
        media: Callable[[Message], Awaitable[None]],
    ) -> None:
        self.clock = LoopClock(begin)
        self.told: list[Recorded[Any]] = []
        """What monitoring has decided."""
        self._tenant_id = tenant_id
        self._media = media
        self._numbers = count(1)
        self._tasks = asyncio.TaskGroup()
        self._service: Service = build(Settings(keys=folder), begin)
        self._owners = {each.stream: self._owned(each) for each in self._service.deciders}
        built = Built(self._owners, None, self.clock, lambda view: 0.0)  # type: ignore[arg-type]
        self._built = built
        ((_, self._methods),) = self._service.servicers(built)

    @asynccontextmanager
    async def serving(self) -> AsyncIterator["MonitoringAlone"]:
        """Everything that runs by itself runs until the block ends."""
        async with self._tasks:
            own = [
                self._tasks.create_task(part)
                for part in (
                    *(owners.run() for owners in self._owners.values()),
                    *(begin(self._built) for begin in self._service.background if _assesses(begin)),
                )
            ]
            for owners in self._owners.values():
                await owners.all_serving()
            yield self
            for task in own:
                task.cancel()

    async def call(self, method: str, request: Any, who: Identity) -> Any:
        """A unary method's answer; raises Refusal."""
        self._admit(method, who)
        return await getattr(self._methods, method)(request, Context())

    def stream(self, method: str, request: Any, who: Identity) -> AsyncIterator[Any]:
        """A streaming method's messages."""
        self._admit(method, who)
        messages: AsyncIterator[Any] = getattr(self._methods, method)(request, Context())
        return messages

    def tell(
        self,
        topic: str,
        subject: str,
        *events: Event,
        client_id: str = "cli_acme",
        at: datetime | None = None,
    ) -> None:
        """Another service's records, written now unless they are old ones."""
        now = at or self.clock.now()
        for event in events:
            number = next(self._numbers)
            record = Recorded[Event].model_construct(
                id=f"rec-{number}",
                type=event.event_type,
                source="/simulated",
                subject=subject,
                sequence=number,
                time=now,
                recorded_time=now,
                tenant_id=self._tenant_id,
                client_id=client_id,
                at=number,
                owner="simulated",
                data=event,
            )
            self._follow_soon(topic, record)

    def _admit(self, method: str, who: Identity) -> None:
        allowed = who.role in self._service.rights[f"{SERVICE}{method}"]
        assert allowed, f"a {who.role} may not call {method}"
        rpc.current.set(Call(who, rpc.new_traceparent()))

    def _owned(self, decider: Any) -> Owners[Any, Any, Any]:
        def tell(entry: Entry, offset: int) -> None:
            if (record := record_of(decider.stream, offset, entry)) is not None:
                self.told.append(record)
                self._follow_soon(decider.stream, record)

        return Owners(decider, [_Told(tell)], self.clock)

    def _follow_soon(self, topic: str, record: Recorded[Any]) -> None:
        asyncio.get_running_loop().call_later(FOLLOWS_S, self._follow, topic, record)

    def _follow(self, topic: str, record: Recorded[Any]) -> None:
        for view in self._service.projections:
            if topic in view.topics:
                view.fold(record)
        for reactor in self._service.reactors:
            if topic in reactor.topics and (requests := tuple(reactor.react(record))):
                self._tasks.create_task(self._send(record, requests))

    async def _send(self, record: Recorded[Any], requests: Sequence[Message]) -> None:
        for index, request in enumerate(requests):
            if request.DESCRIPTOR.file.package == "sasayaki.media.v1":
                await self._media(request)
                continue
            request.request_id = f"{record.id}/{index}"  # type: ignore[attr-defined]
            method = request.DESCRIPTOR.name.removesuffix("Request")
            who = Identity(ITSELF, record.tenant_id, "service")
            await self.call(method, request, who)


def _assesses(background: Callable[..., Any]) -> bool:
    return isinstance(getattr(background, "__self__", None), FairnessParts)
