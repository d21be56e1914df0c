"""Streams of the services, each read once for all browsers that follow it."""

import asyncio
import logging
import secrets
from collections.abc import AsyncIterator, Callable, Hashable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

from google.protobuf.message import Message
from prometheus_client import Counter, Gauge

from sasayaki_gateway.doors.ring import Ring
from sasayaki_gateway.faults import Fault

FEEDS_MOST = 2_000
PACE_S = 0.05
"""Browsers are told at most so often; what comes in between goes together."""
LINGER_S = 10.0
"""A feed without browsers is read on so long: one that reconnects misses nothing."""
FIRST_WAIT_S = 3.0
"""For the first message or a refusal; levels come once a second."""
AGAIN_S = (0.1, 2.0)
"""Pause before a feed that ended is read again: at first, at most."""
FINAL = frozenset(("PERMISSION_DENIED", "UNIMPLEMENTED", "INVALID_ARGUMENT", "NOT_FOUND"))
"""Refusals that a repeat will not change."""

OPEN = Gauge("sasayaki_gateway_feeds", "Streams of the services that are read.")
FULL = Counter("sasayaki_gateway_feeds_refused_total", "Streams refused: too many are read.")
AGAIN = Counter(
    "sasayaki_gateway_feeds_read_again_total", "Streams that ended and were read again."
)

log = logging.getLogger(__name__)


@dataclass(slots=True, eq=False)
class Feed:
    """One stream of a service as it is read here."""

    ring: Ring
    epoch: str = field(default_factory=lambda: secrets.token_hex(4))
    """Names this reading: numbers of another one mean nothing here."""
    away: bool = False
    """The service cannot be reached at present; what was told may be old."""
    fault: Fault | None = None
    """Why it is read no more."""
    first: asyncio.Event = field(default_factory=asyncio.Event)
    """Something was told, or refused."""
    _followers: set[asyncio.Event] = field(default_factory=set)
    _ticking: bool = False
    _told_at: float = 0.0

    def tell(self) -> None:
        """Wakes the followers, soon and all at once."""
        if self._ticking:
            return
        loop = asyncio.get_running_loop()
        self._ticking = True
        loop.call_at(max(loop.time(), self._told_at + PACE_S), self._tell_now)

    def _tell_now(self) -> None:
        self._ticking = False
        self._told_at = asyncio.get_running_loop().time()
        for news in self._followers:
            news.set()

    def follow(self, news: asyncio.Event) -> None:
        self._followers.add(news)

    def leave(self, news: asyncio.Event) -> bool:
        """Whether nobody follows any more."""
        self._followers.discard(news)
        return not self._followers


Read = Callable[[], AsyncIterator[Message]]
"""Opens the service's stream with a fresh token."""


class Feeds:
    """The feeds that are read, by what they tell and to whom."""

    def __init__(self, tasks: asyncio.TaskGroup) -> None:
        self._tasks = tasks
        self._feeds: dict[Hashable, tuple[Feed, asyncio.Task[None]]] = {}
        OPEN.set_function(lambda: len(self._feeds))

    @asynccontextmanager
    async def following(
        self, key: Hashable, make: Callable[[], Ring], read: Read, news: asyncio.Event
    ) -> AsyncIterator[Feed]:
        """A feed while it is followed, once something was told; raises Fault when it is refused."""
        feed = self._feed(key, make, read)
        feed.follow(news)
        try:
            with suppress(TimeoutError):
                async with asyncio.timeout(FIRST_WAIT_S):
                    await feed.first.wait()
            if feed.fault is not None:
                raise feed.fault
            yield feed
        finally:
            if feed.leave(news):
                asyncio.get_running_loop().call_later(LINGER_S, self._let_go, key, feed)

    def close(self) -> None:
        """Reads nothing any more."""
        for _, task in self._feeds.values():
            task.cancel()

    def _feed(self, key: Hashable, make: Callable[[], Ring], read: Read) -> Feed:
        if known := self._feeds.get(key):
            return known[0]
        if len(self._feeds) >= FEEDS_MOST:
            FULL.inc()
            raise Fault("RESOURCE_EXHAUSTED", "too many streams are read", "TOO_MANY_STREAMS")
        feed = Feed(make())
        task = self._tasks.create_task(_keep(feed, read))
        task.add_done_callback(lambda _: self._remove(key, feed))
        self._feeds[key] = (feed, task)
        return feed

    def _let_go(self, key: Hashable, feed: Feed) -> None:
        known = self._feeds.get(key)
        if known is not None and known[0] is feed and feed.leave(asyncio.Event()):
            known[1].cancel()
            self._remove(key, feed)

    def _remove(self, key: Hashable, feed: Feed) -> None:
        if (known := self._feeds.get(key)) and known[0] is feed:
            del self._feeds[key]


async def _keep(feed: Feed, read: Read) -> None:
    """Reads a stream for ever: each ends with its token, and when its service restarts."""
    pause_s = AGAIN_S[0]
    while True:
        replaces = True
        try:
            async for message in read():
                feed.ring.add(message, replaces=replaces)
                feed.away, replaces, pause_s = False, False, AGAIN_S[0]
                feed.first.set()
                feed.tell()
        except Fault as fault:
            if fault.code in FINAL:
                feed.fault = fault
                feed.first.set()
                feed.tell()
                return
            feed.away = True
            feed.tell()
            log.info("feed_ended", extra={"code": fault.code})
        AGAIN.inc()
        await asyncio.sleep(pause_s)
        pause_s = min(AGAIN_S[1], pause_s * 2)
