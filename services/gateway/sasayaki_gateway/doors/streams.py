"""Which streams browsers may follow, how each is read, and which are shared."""

import asyncio
from collections.abc import AsyncIterator, Callable, Hashable, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass

from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass

from sasayaki.monitoring.v1 import monitoring_service_pb2 as monitoring
from sasayaki_gateway.accounts.account import Account
from sasayaki_gateway.contract.methods import OPEN, OpenMethod
from sasayaki_gateway.doors.feed import Feed, Feeds
from sasayaki_gateway.doors.ring import Latest, Ring, Rows
from sasayaki_gateway.doors.upstream import Upstream, described
from sasayaki_gateway.tokens import Tokens


@dataclass(frozen=True, slots=True)
class Part:
    """One stream of a service; `shared` with all who have the same rights."""

    ring: Callable[[], Ring]
    request: Message | None = None
    shared: bool = False


STREAMS: Mapping[str, tuple[Part, ...]] = {
    "MonitoringService/WatchFloor": (
        Part(Rows, monitoring.WatchFloorRequest(part=monitoring.FLOOR_PART_SHARED), shared=True),
        Part(Rows, monitoring.WatchFloorRequest(part=monitoring.FLOOR_PART_ALERTS)),
    ),
    "MediaService/WatchLevels": (Part(Latest, shared=True),),
    "MonitoringService/WatchOperator": (Part(Rows),),
    "RoutingService/WatchDesk": (Part(Latest),),
    "MediaService/WatchPhone": (Part(Latest),),
}
"""By the short name that addresses carry. Several parts are shown as one."""


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads streams as a person."""

    feeds: Feeds
    upstream: Upstream
    tokens: Tokens

    async def follow(
        self, stack: AsyncExitStack, name: str, account: Account, news: asyncio.Event
    ) -> list[Feed]:
        """The feeds of a stream, followed until the stack unwinds; raises Fault."""
        return [
            await stack.enter_async_context(
                self.feeds.following(
                    _key(name, place, part, account),
                    part.ring,
                    self._read(name, part, account),
                    news,
                )
            )
            for place, part in enumerate(STREAMS[name])
        ]

    def _read(
        self, name: str, part: Part, account: Account
    ) -> Callable[[], AsyncIterator[Message]]:
        method = described(_method(name))
        request = part.request or GetMessageClass(method.input_type)()
        return lambda: self.upstream.stream(method, request, self.tokens.of(account))


def _method(name: str) -> OpenMethod:
    return OPEN[name]


def _key(name: str, place: int, part: Part, account: Account) -> Hashable:
    """Who has other rights follows another feed, the same person after a change of theirs too."""
    who = "" if part.shared else account.user_id
    return (name, place, who, account.rights)
