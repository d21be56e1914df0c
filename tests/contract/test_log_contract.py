"""What every log promises an owner, kept in memory and on a real broker alike."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest
from tests.harness.kafka import make_topic
from tests.harness.specification import MemoryLog

from sasayaki_chassis.codec import Entry
from sasayaki_chassis.kafka.log import BATCH_BYTES_MOST, KafkaLog, KafkaReader, Log


class Partition:
    """One partition that any number of logs can be opened on."""

    def __init__(self, stack: AsyncExitStack, kafka: str, topic: str) -> None:
        self._stack = stack
        self._kafka = kafka
        self._topic = topic
        self._landed: list[Entry] = []

    async def log(self) -> Log:
        log: Log
        if self._kafka:
            reader = KafkaReader(self._kafka, self._topic, 1)
            await self._stack.enter_async_context(reader)
            log = KafkaLog(reader, 0)
        else:
            log = MemoryLog(self._landed)
        return log


@pytest.fixture(params=["memory", "kafka"])
async def partition(request: pytest.FixtureRequest, topic_prefix: str) -> AsyncIterator[Partition]:
    kafka = request.getfixturevalue("kafka") if request.param == "kafka" else ""
    topic = await make_topic(kafka, f"{topic_prefix}log") if kafka else ""
    async with AsyncExitStack() as stack:
        yield Partition(stack, kafka, topic)


def entries(*values: str) -> list[Entry]:
    return [Entry(b"key", value.encode(), (("ce_type", b"test"),)) for value in values]


async def values_of(log: Log, start: int, upto: int) -> list[tuple[int, bytes | None]]:
    return [found async for found in log.read(start, upto)]


async def test_an_empty_log_ends_at_zero(partition: Partition) -> None:
    log = await partition.log()
    assert await log.end() == 0
    assert await values_of(log, 0, 0) == []


async def test_a_batch_takes_consecutive_offsets_from_the_base_that_append_answers(
    partition: Partition,
) -> None:
    log = await partition.log()
    assert await log.append(entries("a", "b")) == 0
    assert await log.append(entries("c")) == 2
    assert await log.end() == 3
    assert await values_of(log, 0, 3) == [(0, b"a"), (1, b"b"), (2, b"c")]


async def test_a_read_keeps_exactly_to_its_range(partition: Partition) -> None:
    log = await partition.log()
    await log.append(entries("a", "b", "c", "d"))
    assert await values_of(log, 1, 3) == [(1, b"b"), (2, b"c")]


async def test_two_writers_see_each_other_by_their_bases(partition: Partition) -> None:
    one, other = await partition.log(), await partition.log()
    assert await one.append(entries("one")) == 0
    assert await other.append(entries("other")) == 1
    assert await one.append(entries("one again")) == 2


async def test_a_batch_of_nearly_the_largest_size_lands_whole(partition: Partition) -> None:
    log = await partition.log()
    size = BATCH_BYTES_MOST // 4
    assert await log.append(entries(*("x" * size for _ in range(4)))) == 0
    assert await log.end() == 4


async def test_ranges_read_at_once_do_not_mix(partition: Partition) -> None:
    log = await partition.log()
    await log.append(entries("a", "b", "c"))
    first, second = await asyncio.gather(values_of(log, 0, 2), values_of(log, 1, 3))
    assert first == [(0, b"a"), (1, b"b")]
    assert second == [(1, b"b"), (2, b"c")]
