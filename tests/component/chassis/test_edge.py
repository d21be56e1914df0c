"""A FastStream subscriber sees history and nothing else."""

import asyncio
from typing import Any

from tests.harness.counter import COUNTER, Add, Counted, CounterRecord
from tests.harness.kafka import make_topic, records_of
from tests.harness.waiting import until

from sasayaki.event import Recorded
from sasayaki_chassis.clock import SystemClock
from sasayaki_chassis.edge import broker
from sasayaki_chassis.log import KafkaLog, KafkaReader
from sasayaki_chassis.owner import Meta, Owners


async def test_a_subscriber_gets_typed_records_that_count_and_no_void_ones(
    kafka: str, topic_prefix: str
) -> None:
    topic = await make_topic(kafka, f"{topic_prefix}test.counter")
    seen: list[Recorded[Any]] = []
    edge = broker(kafka)

    @edge.subscriber(topic, auto_offset_reset="earliest")
    async def on_count(record: CounterRecord) -> None:  # type: ignore[valid-type]
        seen.append(record)

    async with KafkaReader(kafka, topic, 1) as reader:
        log = KafkaLog(reader, 0)
        owners = Owners(COUNTER, [log], SystemClock())
        serving = asyncio.create_task(owners.run())
        await owners.all_serving()
        await edge.start()
        meta = Meta("out_test")
        await owners.handle("one", Add(2), request_id="a", meta=meta)
        copies = [value for _, value in await records_of(kafka, topic)]
        for value in copies:
            await edge.publish(value, topic)
        await owners.handle("one", Add(), request_id="b", meta=meta)
        await until(lambda: len(seen) == 3)
        await edge.stop()
        serving.cancel()
        await asyncio.wait((serving,))
    assert [record.data for record in seen] == [Counted(total=n) for n in (1, 2, 3)]
    assert [record.sequence for record in seen] == [1, 2, 3]
