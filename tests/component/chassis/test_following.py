"""Everybody in a process follows by one reading: in order, each record once, nobody waits."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial

import pytest
from aiokafka import TopicPartition
from tests.harness.counter import COUNTER, Add, Command, Count, Counted, CounterEvent
from tests.harness.kafka import make_topic
from tests.harness.waiting import until

from sasayaki.event import Event, Recorded
from sasayaki_chassis.clock import SystemClock
from sasayaki_chassis.follower import HELD_MOST, LEFT_BEHIND, Follower, Reading, Source
from sasayaki_chassis.kafka.log import KafkaLog, KafkaReader
from sasayaki_chassis.owner import Meta, Owners

META = Meta("out_test")
AT_ONCE = 400
PARTITIONS = 2

Counters = Owners[Count, Command, CounterEvent]


class Listener:
    """Notes the totals that it is told, by stream; tells nothing on while it is held up."""

    def __init__(self) -> None:
        self.totals: defaultdict[str, list[int]] = defaultdict(list)
        self.free = asyncio.Event()
        self.free.set()

    async def seen(self, place: TopicPartition, offset: int, record: Recorded[Event]) -> None:
        await self.free.wait()
        assert isinstance(record.data, Counted)
        self.totals[record.subject].append(record.data.total)

    async def spoiled(self, place: TopicPartition, offset: int, why: str) -> None:
        raise AssertionError(f"{place} at {offset}: {why}")

    def heard(self, stream: str, total: int) -> bool:
        """Whether it has heard exactly the totals up to this one, in order."""
        return self.totals[stream] == list(range(1, total + 1))


@pytest.fixture
async def counters(kafka: str, topic_prefix: str) -> AsyncIterator[Counters]:
    topic = await make_topic(kafka, f"{topic_prefix}{COUNTER.stream}", PARTITIONS)
    async with KafkaReader(kafka, topic, PARTITIONS) as reader:
        logs = [KafkaLog(reader, number) for number in range(PARTITIONS)]
        owners = Owners(COUNTER, logs, SystemClock())
        serving = asyncio.create_task(owners.run())
        await owners.all_serving()
        yield owners
        serving.cancel()
        await asyncio.wait((serving,))


async def count(counters: Counters, stream: str, request_id: str, times: int) -> None:
    await counters.handle(stream, Add(times), request_id=request_id, meta=META)


@asynccontextmanager
async def following(source: Source, **listeners: Listener) -> AsyncIterator[dict[str, Follower]]:
    """Followers of one reading, by the listener's name."""
    reading = Reading(source)
    followers = {
        name: Follower(reading, name, (COUNTER.stream,), listener)
        for name, listener in listeners.items()
    }
    running = [asyncio.create_task(each.run()) for each in (reading, *followers.values())]
    yield followers
    for task in running:
        task.cancel()
    await asyncio.wait(running)


@pytest.fixture
def source(kafka: str, topic_prefix: str) -> Source:
    return Source(kafka, topic_prefix, {COUNTER.stream: PARTITIONS})


async def test_each_follower_hears_each_record_once_and_in_order(
    counters: Counters, source: Source
) -> None:
    one, other = Listener(), Listener()
    for number in range(3):
        for stream in ("con_1", "con_2", "con_3"):
            await count(counters, stream, f"early-{number}", AT_ONCE)
    async with following(source, one=one, other=other) as followers:
        for follower in followers.values():
            await follower.caught_up()
        for stream in ("con_1", "con_2", "con_3"):
            assert one.heard(stream, 3 * AT_ONCE)
            assert other.heard(stream, 3 * AT_ONCE)
        for number in range(20):
            await count(counters, "con_1", f"late-{number}", 1)
        await until(lambda: one.heard("con_1", 3 * AT_ONCE + 20))
        await until(lambda: other.heard("con_1", 3 * AT_ONCE + 20))
        await until(lambda: all(follower.lag_s() < 1.0 for follower in followers.values()))


async def test_who_is_held_up_holds_up_nobody_and_comes_up_again(
    counters: Counters, source: Source
) -> None:
    held, quick = Listener(), Listener()
    held.free.clear()
    rounds = HELD_MOST // AT_ONCE + 4
    left_behind = LEFT_BEHIND.labels("held")._value.get()
    async with following(source, held=held, quick=quick) as followers:
        for number in range(rounds):
            await count(counters, "con_1", f"a-{number}", AT_ONCE)
            heard = partial(quick.heard, "con_1", (number + 1) * AT_ONCE)
            await until(heard)
        assert LEFT_BEHIND.labels("held")._value.get() == left_behind + 1
        assert not held.totals["con_1"]
        assert followers["held"].lag_s() > followers["quick"].lag_s()

        held.free.set()
        await until(lambda: held.heard("con_1", rounds * AT_ONCE))
        await count(counters, "con_2", "b", 1)
        await until(lambda: held.heard("con_2", 1) and quick.heard("con_2", 1))
        await until(lambda: followers["held"].lag_s() < 1.0)
    assert held.heard("con_1", rounds * AT_ONCE), "nothing twice after it had joined again"
