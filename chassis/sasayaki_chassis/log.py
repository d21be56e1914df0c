"""One partition of a topic as an owner needs it: append whole batches, read exact ranges.

The traps of aiokafka that shape this module are listed in docs/adr/0012.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence
from functools import lru_cache
from typing import Any, Protocol, Self

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.errors import KafkaError
from aiokafka.partitioner import murmur2

from sasayaki_chassis.codec import Entry

BATCH_BYTES_MOST = 900_000
"""Of one append; under the broker's `message.max.bytes` of 1,048,588."""
APPEND_S = 2.0
"""Without an answer in this time nobody knows whether the append landed; other questions to the
broker have the same limit."""
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

    async def open(self) -> None: ...

    async def end(self) -> int: ...

    async def append(self, entries: Sequence[Entry]) -> int: ...

    def read(self, start: int, upto: int) -> AsyncIterator[tuple[int, bytes | None]]: ...

    async def abandon(self) -> None: ...


@lru_cache(maxsize=KEYS_KEPT)
def partition_of(key: str, partitions: int) -> int:
    """Kafka's own choice for a key: murmur2, so that other clients find the same partition."""
    chosen: int = (murmur2(key.encode()) & 0x7FFFFFFF) % partitions
    return chosen


class KafkaReader:
    """Reads ranges of one topic for all its owners in this process, one range at a time."""

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
        self._one_at_a_time = asyncio.Lock()

    async def __aenter__(self) -> Self:
        await self._consumer.start()
        self._consumer.assign(self._places)
        for place in self._places:
            self._consumer.seek(place, 0)
        self._consumer.pause(*self._places)
        return self

    async def __aexit__(self, *failure: object) -> None:
        await self._consumer.stop()

    async def end(self, partition: int) -> int:
        where = TopicPartition(self.topic, partition)
        try:
            async with asyncio.timeout(APPEND_S):
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
    """A partition with a producer of its own: what poisons one partition stays there."""

    def __init__(self, bootstrap: str, reader: KafkaReader, partition: int) -> None:
        self._bootstrap = bootstrap
        self._reader = reader
        self._partition = partition
        self._producer: AIOKafkaProducer | None = None
        self._sending: set[asyncio.Task[Any]] = set()

    async def open(self) -> None:
        """Takes a fresh producer: claim and appends of one ownership go through one."""
        producer = AIOKafkaProducer(
            bootstrap_servers=self._bootstrap,
            enable_idempotence=True,
            acks="all",
            linger_ms=0,
            # The default, 16,384, would close a batch in the middle of a decision.
            max_batch_size=BATCH_BYTES_MOST + 100_000,
            max_request_size=BATCH_BYTES_MOST + 100_000,
            request_timeout_ms=3_000,
            retry_backoff_ms=20,
        )
        self._watch_sending(producer)
        self._producer = producer
        try:
            async with asyncio.timeout(APPEND_S):
                await producer.start()
        except (KafkaError, TimeoutError) as error:
            await self.abandon()
            raise Doubt(f"no producer: {error!r}") from error

    async def end(self) -> int:
        return await self._reader.end(self._partition)

    def read(self, start: int, upto: int) -> AsyncIterator[tuple[int, bytes | None]]:
        return self._reader.read(self._partition, start, upto)

    async def append(self, entries: Sequence[Entry]) -> int:
        assert self._producer is not None, "append before open"
        batch = self._producer.create_batch()
        for entry in entries:
            added = batch.append(
                timestamp=None, key=entry.key, value=entry.value, headers=list(entry.headers)
            )
            assert added is not None, f"a batch of {len(entries)} records does not fit"
        batch.close()  # else a later record could join it
        try:
            async with asyncio.timeout(APPEND_S):
                sent = await self._producer.send_batch(
                    batch, self._reader.topic, partition=self._partition
                )
                base: int = (await sent).offset
        except (KafkaError, TimeoutError) as error:
            raise Doubt(f"append to {self._reader.topic}/{self._partition}: {error!r}") from error
        return base

    async def abandon(self) -> None:
        """Drops the producer without flushing.

        `stop()` would wait for the broker, and an abandoned batch would still land when it is
        back. aiokafka has no public way, so its private names are used here and nowhere else.
        """
        producer, self._producer = self._producer, None
        if producer is None:
            return
        producer._closed = True
        tasks = {producer._sender.sender_task, *self._sending} - {None}
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks, timeout=1.0) if tasks else None
        with contextlib.suppress(KafkaError, TimeoutError, OSError):
            async with asyncio.timeout(1.0):
                await producer.client.close()

    def _watch_sending(self, producer: AIOKafkaProducer) -> None:
        """Keeps hold of the tasks that send, which the producer itself forgets."""
        send = producer._sender._send_produce_req

        async def watched(node_id: int, batches: Any) -> None:
            task = asyncio.current_task()
            assert task is not None
            self._sending.add(task)
            try:
                await send(node_id, batches)
            finally:
                self._sending.discard(task)

        producer._sender._send_produce_req = watched
