"""One partition of a topic as an owner needs it: append whole batches, read exact ranges.

The traps of aiokafka that shape this module are listed in docs/adr/0012.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from functools import lru_cache
from typing import Any, Protocol, Self

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError
from aiokafka.partitioner import murmur2

from sasayaki_chassis.codec import Entry
from sasayaki_chassis.kafka.appends import Appends, batch_of

BATCH_BYTES_MOST = 900_000
"""Of one append; under the broker's `message.max.bytes` of 1,048,588."""
FRAMES_BYTES_MOST = 100_000
"""What stands around the records of a batch."""
ANSWER_S = 2.0
"""A broker's time for an answer. After it nobody knows whether an append landed."""
READ_S = 10.0
"""A read that does not move in this time is given up."""
READ_RECORDS = 2_000
"""Records taken from the client at once."""
KEYS_KEPT = 10_000
"""Whose partition is remembered: a call asks for its own a hundred times."""


class Doubt(Exception):
    """It is not known whether an append landed, or what the log holds."""


class Log(Protocol):
    """One partition. `append` answers the base offset or raises Doubt; nothing in between."""

    async def end(self) -> int: ...

    async def append(self, entries: Sequence[Entry]) -> int: ...

    def read(self, start: int, upto: int) -> AsyncIterator[tuple[int, bytes | None]]: ...


@lru_cache(maxsize=KEYS_KEPT)
def partition_of(key: str, partitions: int) -> int:
    """Kafka's own choice for a key: murmur2, so that other clients find the same partition."""
    chosen: int = (murmur2(key.encode()) & 0x7FFFFFFF) % partitions
    return chosen


def assign_paused(consumer: AIOKafkaConsumer, places: Sequence[TopicPartition]) -> None:
    """Gives a consumer its places; it asks for nothing until one of them is resumed."""
    consumer.assign(places)
    for place in places:
        consumer.seek(place, 0)
    consumer.pause(*places)


class KafkaReader:
    """Reads ranges of one topic for all its owners in this process, one range at a time.

    `appends` is their way to write.
    """

    def __init__(self, bootstrap: str, topic: str, partitions: int) -> None:
        self.topic = topic
        self._places = [TopicPartition(topic, number) for number in range(partitions)]
        self._consumer = AIOKafkaConsumer(
            bootstrap_servers=bootstrap,
            enable_auto_commit=False,
            # `seek` alone decides: "latest" would start at the end and read an empty history.
            auto_offset_reset="none",
            # No read waits at the end; one that did would hold up the next partition by as much.
            fetch_max_wait_ms=5,
            max_partition_fetch_bytes=8 * 1024 * 1024,
        )
        self.appends = Appends(bootstrap, topic)
        self._one_at_a_time = asyncio.Lock()

    async def __aenter__(self) -> Self:
        await self._consumer.start()
        assign_paused(self._consumer, self._places)
        await self.appends.__aenter__()
        return self

    async def __aexit__(self, *failure: object) -> None:
        await self.appends.__aexit__(*failure)
        await self._consumer.stop()

    async def end(self, partition: int) -> int:
        where = TopicPartition(self.topic, partition)
        try:
            async with asyncio.timeout(ANSWER_S):
                offset: int = (await self._consumer.end_offsets([where]))[where]
        except (KafkaError, TimeoutError) as error:
            raise Doubt(f"no end of {where}: {error!r}") from error
        return offset

    async def read(
        self, partition: int, start: int, upto: int
    ) -> AsyncIterator[tuple[int, bytes | None]]:
        """Every record of [start, upto), void ones too; raises Doubt if the log does not answer."""
        where = TopicPartition(self.topic, partition)
        async with self._one_at_a_time:
            self._consumer.seek(where, start)
            self._consumer.resume(where)
            try:
                while start < upto:
                    async with asyncio.timeout(READ_S):
                        found = await self._take(where)
                    for record in found:
                        if record.offset < upto:
                            yield record.offset, record.value
                    start = await self._consumer.position(where)
            except (KafkaError, TimeoutError) as error:
                raise Doubt(f"{where} at {start} of {upto}: {error!r}") from error
            finally:
                self._consumer.pause(where)

    async def _take(self, where: TopicPartition) -> Sequence[Any]:
        found: Sequence[Any] = ()
        before = await self._consumer.position(where)
        while not found and await self._consumer.position(where) == before:
            batches = await self._consumer.getmany(where, timeout_ms=500, max_records=READ_RECORDS)
            found = batches.get(where, ())
        return found


class KafkaLog:
    """A partition as its owner appends to it; what lands late after a doubt is void."""

    def __init__(self, reader: KafkaReader, partition: int) -> None:
        self._reader = reader
        self._partition = partition

    async def end(self) -> int:
        return await self._reader.end(self._partition)

    def read(self, start: int, upto: int) -> AsyncIterator[tuple[int, bytes | None]]:
        return self._reader.read(self._partition, start, upto)

    async def append(self, entries: Sequence[Entry]) -> int:
        batch = batch_of(entries, BATCH_BYTES_MOST + FRAMES_BYTES_MOST)
        try:
            async with asyncio.timeout(ANSWER_S):
                return await self._reader.appends.append(self._partition, batch)
        except (KafkaError, TimeoutError) as error:
            raise Doubt(f"append to {self._reader.topic}/{self._partition}: {error!r}") from error
