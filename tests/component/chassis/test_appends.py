"""Several partitions' batches on their way to one broker."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiokafka.errors import KafkaError
from tests.harness.kafka import make_topic, records_of
from tests.harness.waiting import until

from sasayaki_chassis.codec import Entry
from sasayaki_chassis.kafka.appends import Appends, batch_of

PARTITIONS = 6
BATCH_BYTES = 100_000
LEADERS_S = 20.0


class Counted(Appends):
    """Appends that count the requests they send."""

    requests = 0

    async def _send(self, node: int, together: dict[int, Any]) -> None:
        self.requests += 1
        await super()._send(node, together)


@pytest.fixture
async def topic(kafka: str, topic_prefix: str) -> str:
    return await make_topic(kafka, f"{topic_prefix}appends", partitions=PARTITIONS)


@pytest.fixture
async def appends(kafka: str, topic: str) -> AsyncIterator[Counted]:
    async with Counted(kafka, topic) as appends:
        for partition in range(PARTITIONS):  # a fresh topic has its leaders in a moment
            await landed(appends, partition)
        appends.requests = 0
        yield appends


async def landed(appends: Appends, partition: int) -> None:
    """Appends one record as soon as that can be done."""
    async with asyncio.timeout(LEADERS_S):
        while True:
            try:
                await appends.append(partition, batch("first"))
            except KafkaError:
                await asyncio.sleep(0.02)
            else:
                return


def batch(*values: str) -> bytes:
    return batch_of([Entry(b"key", value.encode()) for value in values], BATCH_BYTES)


async def test_what_waits_together_goes_in_one_request_and_each_gets_its_own_base(
    appends: Counted,
) -> None:
    bases = await asyncio.gather(*(appends.append(n, batch("a", "b")) for n in range(PARTITIONS)))
    assert bases == [1] * PARTITIONS
    assert appends.requests == 1


async def test_what_comes_while_a_request_is_under_way_waits_for_the_next(
    appends: Counted,
) -> None:
    first = asyncio.create_task(appends.append(0, batch("a")))
    await until(lambda: appends.requests == 1)
    others = [asyncio.create_task(appends.append(n, batch("b"))) for n in range(1, PARTITIONS)]
    await asyncio.gather(first, *others)
    assert appends.requests == 2


async def test_a_batch_that_nobody_waits_for_any_more_is_not_sent(
    appends: Counted, kafka: str, topic: str
) -> None:
    given_up = asyncio.create_task(appends.append(0, batch("given up")))
    await asyncio.sleep(0)
    given_up.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await given_up
    await appends.append(0, batch("kept"))
    assert await records_of(kafka, topic, 0) == [(0, b"first"), (1, b"kept")]


async def test_a_batch_that_does_not_fit_is_a_bug() -> None:
    with pytest.raises(AssertionError):
        batch_of([Entry(b"key", b"x" * 300), Entry(b"key", b"x" * 300)], 400)
