"""Follows topics from their beginning, in order per partition, and knows how far behind it is."""

import asyncio
import json
import logging
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, Self

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.errors import KafkaError
from prometheus_client import Counter, Gauge

from sasayaki.event import Event, Recorded, Unknown, events_of
from sasayaki_chassis import codec
from sasayaki_chassis.log import partition_of

RECORDS_AT_ONCE = 500
POLL_MS = 200
AGAIN_AFTER_S = 0.5
"""Before what Kafka refused is tried again."""

LAG = Gauge("sasayaki_chassis_follower_lag_records", "Records not yet seen.", ("follower",))
DEAD = Counter("sasayaki_chassis_dead_letters_total", "Given up and kept.", ("follower", "reason"))

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
    """Hands every record of some topics that counts to a sink; `group` only keeps offsets."""

    def __init__(
        self, source: Source, name: str, topics: Sequence[str], sink: Sink, group: str | None = None
    ) -> None:
        self.name = name
        self.next = dict.fromkeys(source.places(topics), 0)
        self._source = source
        self._sink = sink
        self._consumer = AIOKafkaConsumer(
            bootstrap_servers=source.bootstrap,
            group_id=group,
            enable_auto_commit=False,
            auto_offset_reset="none",
            fetch_max_wait_ms=POLL_MS,
            max_partition_fetch_bytes=4 * 1024 * 1024,
        )
        self._ready = asyncio.Event()
        self._current_at = float("-inf")

    async def __aenter__(self) -> Self:
        await self._consumer.start()
        self._consumer.assign(list(self.next))
        for place in self.next:
            self._consumer.seek(place, 0)
        return self

    async def __aexit__(self, *failure: object) -> None:
        await self._consumer.stop()

    async def caught_up(self) -> None:
        """Returns when everything that was there at the start has been seen."""
        await self._ready.wait()

    def lag_s(self) -> float:
        """Seconds since this follower was last known to have seen everything."""
        return time.monotonic() - self._current_at

    async def run(self) -> None:
        """Follows until cancelled."""
        async with self:
            await self.follow()

    async def follow(self) -> None:
        ends = await self._consumer.end_offsets(list(self.next))
        noted_at = 0.0
        while True:
            found = await self._consumer.getmany(timeout_ms=POLL_MS, max_records=RECORDS_AT_ONCE)
            for place, records in found.items():
                for record in records:
                    await self._take(place, record.offset, record.value)
                    self.next[place] = record.offset + 1
            if not self._ready.is_set() and all(self.next[p] >= end for p, end in ends.items()):
                self._ready.set()
            if (now := time.monotonic()) - noted_at > POLL_MS / 1000:
                noted_at = now
                self._note_lag()

    async def committed(self) -> dict[TopicPartition, int]:
        """Up to which offset each place is done, as the group remembers."""
        while True:
            try:
                done = [await self._consumer.committed(place) for place in self.next]
                return dict(zip(self.next, (offset or 0 for offset in done), strict=True))
            except KafkaError as error:
                log.warning(
                    "no_committed_offsets", extra={"follower": self.name, "why": str(error)}
                )
                await asyncio.sleep(AGAIN_AFTER_S)

    async def commit(self, offsets: Mapping[TopicPartition, int]) -> bool:
        try:
            await self._consumer.commit(dict(offsets))
        except KafkaError as error:
            log.warning("commit_failed", extra={"follower": self.name, "why": str(error)})
            return False
        return True

    async def _take(self, place: TopicPartition, offset: int, value: bytes | None) -> None:
        topic = place.topic.removeprefix(self._source.prefix)
        parsed = codec.history(offset, value, topic)
        if parsed is None:
            return
        try:
            record = codec.decode(parsed, events_of(topic))
        except codec.Undecodable as error:
            codec.HOSTILE.labels(topic).inc()
            await self._sink.spoiled(place, offset, str(error))
            return
        if isinstance(record.data, Unknown):
            codec.UNKNOWN.labels(topic).inc()
        else:
            await self._sink.seen(place, offset, record)

    def _note_lag(self) -> None:
        """Current is who stands at the high water mark of a fetch that is itself recent."""
        behind, oldest_ms = 0, time.time() * 1000
        for place, position in self.next.items():
            behind += max(0, (self._consumer.highwater(place) or 0) - position)
            oldest_ms = min(oldest_ms, self._consumer.last_poll_timestamp(place) or 0)
        LAG.labels(self.name).set(behind)
        if behind == 0:
            age_s = max(0.0, time.time() - oldest_ms / 1000)
            self._current_at = max(self._current_at, time.monotonic() - age_s)


class DeadLetters:
    """Keeps what could not be done, with where it came from and why."""

    def __init__(self, bootstrap: str, topic: str, partitions: int) -> None:
        self._topic = topic
        self._partitions = partitions
        self._producer = AIOKafkaProducer(bootstrap_servers=bootstrap, acks="all")

    async def start(self) -> None:
        await self._producer.start()

    async def stop(self) -> None:
        await self._producer.stop()

    async def keep(self, follower: str, key: str, reason: str, letter: Mapping[str, Any]) -> None:
        """Writes the letter; tries until Kafka has it."""
        DEAD.labels(follower, reason).inc()
        told = {name: value for name, value in letter.items() if name != "body"}
        log.warning("dead_letter", extra={"follower": follower, "reason": reason, **told})
        value = json.dumps({"follower": follower, "reason": reason, **letter}).encode()
        partition = partition_of(key, self._partitions)
        while True:
            try:
                await self._producer.send_and_wait(
                    self._topic, value, key=key.encode(), partition=partition
                )
            except KafkaError:
                await asyncio.sleep(AGAIN_AFTER_S)
            else:
                return
