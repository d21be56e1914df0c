"""Batches for the partitions of one topic, written to each broker one request after another.

What comes while a request is under way goes into the next one together: under load that is several
partitions in one request, alone nothing waits. Nothing is ever tried again here: who appends is in
doubt then, and reads what landed (docs/adr/0043).
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self

from aiokafka import TopicPartition
from aiokafka.client import AIOKafkaClient
from aiokafka.errors import KafkaError, LeaderNotAvailableError, NoError, for_code
from aiokafka.protocol.produce import ProduceRequest
from aiokafka.record.default_records import DefaultRecordBatchBuilder

from sasayaki_chassis.codec import Entry

ALL_REPLICAS = -1
ANSWER_MS = 3_000
"""A broker that has not answered by then is asked anew, on a new connection."""
NO_TRANSACTION = {"producer_id": -1, "producer_epoch": -1, "base_sequence": -1}


@dataclass(frozen=True, slots=True)
class Waiting:
    """A batch and who waits for its base offset."""

    batch: bytes
    base: asyncio.Future[int]


class Appends:
    """The way of one topic's owners to the brokers; each partition has one append at a time."""

    def __init__(self, bootstrap: str, topic: str) -> None:
        self._topic = topic
        self._client = AIOKafkaClient(bootstrap_servers=bootstrap, request_timeout_ms=ANSWER_MS)
        self._waiting: dict[int, dict[int, Waiting]] = {}
        self._sending: dict[int, asyncio.Task[None]] = {}

    async def __aenter__(self) -> Self:
        await self._client.bootstrap()
        await self._client.set_topics({self._topic})
        return self

    async def __aexit__(self, *failure: object) -> None:
        sending = list(self._sending.values())
        for task in sending:
            task.cancel()
        await asyncio.gather(*sending, return_exceptions=True)
        await self._client.close()

    async def append(self, partition: int, batch: bytes) -> int:
        """The base offset, acknowledged by all replicas; raises KafkaError.

        Whoever stops waiting before the batch is on its way takes it back.
        """
        node = self._client.cluster.leader_for_partition(TopicPartition(self._topic, partition))
        if node is None or node < 0:
            self._client.force_metadata_update()
            raise LeaderNotAvailableError(f"{self._topic}/{partition}")
        waiting = self._waiting.setdefault(node, {})
        entry = Waiting(batch, asyncio.get_running_loop().create_future())
        assert partition not in waiting, "two appends to one partition at once"
        waiting[partition] = entry
        if node not in self._sending:
            self._sending[node] = asyncio.create_task(self._send_for(node))
        try:
            return await entry.base
        finally:
            if waiting.get(partition) is entry:
                del waiting[partition]

    async def _send_for(self, node: int) -> None:
        """Sends what waits for a broker, until nothing does."""
        waiting = self._waiting[node]
        try:
            await asyncio.sleep(0)  # others that were woken together with the first join it
            while waiting:
                together = dict(waiting)
                waiting.clear()
                try:
                    await self._send(node, together)
                except KafkaError as error:
                    self._client.force_metadata_update()
                    for each in together.values():
                        if not each.base.done():
                            each.base.set_exception(error)
        finally:
            del self._sending[node]

    async def _send(self, node: int, together: dict[int, Waiting]) -> None:
        batches = [(partition, each.batch) for partition, each in together.items()]
        topics = [(self._topic, batches)]
        request = ProduceRequest(None, ALL_REPLICAS, ANSWER_MS, topics)
        answer: Any = await self._client.send(node, request)
        for _, parts in answer.topics:
            for partition, code, base, *_ in parts:
                error = for_code(code)
                waited = together[partition].base
                if waited.done():
                    continue
                if error is NoError:
                    waited.set_result(base)
                else:
                    self._client.force_metadata_update()
                    waited.set_exception(error(f"{self._topic}/{partition}"))
        for each in together.values():
            if not each.base.done():
                each.base.set_exception(KafkaError(f"no answer about {self._topic}"))


def batch_of(entries: Sequence[Entry], most: int) -> bytes:
    """The entries as one record batch of Kafka's; a batch over `most` bytes is a bug."""
    builder = DefaultRecordBatchBuilder(2, 0, is_transactional=0, batch_size=most, **NO_TRANSACTION)
    for offset, entry in enumerate(entries):
        added = builder.append(offset, None, entry.key, entry.value, list(entry.headers))
        assert added is not None, f"a batch of {len(entries)} records does not fit"
    return bytes(builder.build())
