"""Follows topics from their beginning, in order per partition, and knows how far behind it is."""

import asyncio
import logging
import time
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from aiokafka import TopicPartition
from prometheus_client import Counter, Gauge

from sasayaki.event import Event, Recorded
from sasayaki_chassis.kafka.haul import Haul, hauls
from sasayaki_chassis.kafka.tail import Tail

HELD_MOST = 5_000
"""Records that wait for one follower; above it the others go on without it."""
GATHER_S = (0.01, 0.04)
"""Shortest and longest rest after news: what comes in it comes in one answer, not in one each."""
GATHER_EACH_S = 0.004
"""Rest for each record: above 250 a second the rests grow to the longest."""
NOTED_S = 0.2

LAG = Gauge("sasayaki_chassis_follower_lag_records", "Records not yet seen.", ("follower",))
LEFT_BEHIND = Counter(
    "sasayaki_chassis_left_behind_total", "Times a follower had to catch up alone.", ("follower",)
)

log = logging.getLogger(__name__)


class Sink(Protocol):
    """What is done with the records that count."""

    async def seen(self, place: TopicPartition, offset: int, record: Recorded[Event]) -> None: ...

    async def spoiled(self, place: TopicPartition, offset: int, why: str) -> None: ...


class Projection(Protocol):
    """A view of topics, folded from their very beginning."""

    topics: tuple[str, ...]

    def fold(self, record: Recorded[Any]) -> None: ...


@dataclass(frozen=True, slots=True)
class Viewing:
    """Folds records into a projection."""

    projection: Projection

    async def seen(self, place: TopicPartition, offset: int, record: Recorded[Event]) -> None:
        self.projection.fold(record)

    async def spoiled(self, place: TopicPartition, offset: int, why: str) -> None:
        log.error("undecodable_record", extra={"place": str(place), "offset": offset, "why": why})


@dataclass(frozen=True, slots=True)
class Source:
    """Where topics are: the broker, the prefix of their names, and each one's partitions."""

    bootstrap: str
    prefix: str
    partitions: Mapping[str, int]

    def places(self, topics: Sequence[str]) -> list[TopicPartition]:
        return [
            TopicPartition(f"{self.prefix}{topic}", number)
            for topic in topics
            for number in range(self.partitions[topic])
        ]


class Follower:
    """Hands every record of some topics that counts to a sink, in order per partition."""

    def __init__(self, reading: "Reading", name: str, topics: Sequence[str], sink: Sink) -> None:
        self.name = name
        self.next = dict.fromkeys(reading.source.places(topics), 0)
        self._reading = reading
        self._sink = sink
        self._inbox: deque[Haul] = deque()
        self._held = 0
        self._news = asyncio.Event()
        self._together = True
        self._ready = asyncio.Event()
        self._current_at = float("-inf")
        self._noted_at = 0.0
        reading.add(self)

    def take(self, haul: Haul) -> bool:
        """Accepts what was read; not when too much of it waits here already."""
        if not self._held and not any(piece.place in self.next for piece in haul.pieces):
            self._note(haul.whole_at)
            return True
        if self._held > HELD_MOST:
            self._together = False
        else:
            self._inbox.append(haul)
            self._held += haul.size
        self._news.set()
        return self._together

    async def caught_up(self) -> None:
        """Returns when everything that was there has been seen for the first time."""
        await self._ready.wait()

    def lag_s(self) -> float:
        """Seconds since this follower was last known to have seen everything."""
        return time.monotonic() - self._current_at

    async def run(self) -> None:
        """Follows until cancelled."""
        while True:
            await self._work_off_inbox()
            await self._catch_up_alone()

    async def _work_off_inbox(self) -> None:
        """Returns when the others have gone on without this follower."""
        while self._together or self._inbox:
            while self._inbox:
                haul = self._inbox.popleft()
                await self._work_off(haul)
                self._held -= haul.size
            if self._together:
                self._news.clear()
                await self._news.wait()

    async def _catch_up_alone(self) -> None:
        source = self._reading.source
        async with Tail(source.bootstrap, self.next) as tail:
            while not self._reading.join(self):
                for haul in hauls(tail, await tail.read(), source.prefix):
                    await self._work_off(haul)
            self._together = True

    async def _work_off(self, haul: Haul) -> None:
        for piece in haul.pieces:
            if (begun := self.next.get(piece.place)) is None:
                continue
            for offset, record in piece.records:
                if offset < begun:
                    continue  # it was read alone
                if isinstance(record, str):
                    await self._sink.spoiled(piece.place, offset, record)
                else:
                    await self._sink.seen(piece.place, offset, record)
                self.next[piece.place] = offset + 1
            self.next[piece.place] = max(self.next[piece.place], piece.next)
        self._note(haul.whole_at)

    def _note(self, whole_at: float) -> None:
        if whole_at > self._current_at:
            self._current_at = whole_at
            self._ready.set()
        if (now := time.monotonic()) - self._noted_at > NOTED_S:
            self._noted_at = now
            ends = self._reading.ends
            behind = sum(max(0, ends.get(place, 0) - at) for place, at in self.next.items())
            LAG.labels(self.name).set(behind)


class Reading:
    """Reads what all followers of a process follow, once for all of them.

    Who falls behind is left to catch up alone, so that nobody waits for a reactor whose peer is
    away, and joins again then.
    """

    def __init__(self, source: Source) -> None:
        self.source = source
        self.ends: Mapping[TopicPartition, int] = {}
        self._next: Mapping[TopicPartition, int] = {}
        self._together: set[Follower] = set()

    def add(self, follower: Follower) -> None:
        """Lets a follower read with the others, from the beginning."""
        self._together.add(follower)

    def join(self, follower: Follower) -> bool:
        """Lets a follower read with the others again, if it misses nothing by that."""
        if any(at < self._next[place] for place, at in follower.next.items()):
            return False
        self._together.add(follower)
        return True

    async def run(self) -> None:
        """Reads until cancelled."""
        places = {place: 0 for follower in self._together for place in follower.next}
        if not places:
            return
        async with Tail(self.source.bootstrap, places) as tail:
            self._next, self.ends = tail.next, tail.ends
            while True:
                found = await tail.read()
                for haul in hauls(tail, found, self.source.prefix):
                    self._hand_out(haul)
                    await asyncio.sleep(0)
                if found:
                    await asyncio.sleep(rest_s(sum(map(len, found.values()))))

    def _hand_out(self, haul: Haul) -> None:
        for follower in tuple(self._together):
            if not follower.take(haul):
                LEFT_BEHIND.labels(follower.name).inc()
                self._together.discard(follower)


def rest_s(records: int) -> float:
    """How long nothing is asked for after so many records."""
    least, most = GATHER_S
    return min(max(least, records * GATHER_EACH_S), most)
