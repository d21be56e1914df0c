"""Owners on a real broker: replay, repeats, competition, a sleeper who wakes up."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from tests.harness.counter import COUNTER, Add, Command, Count, Counted, CounterEvent, SetTimer
from tests.harness.kafka import make_topic, records_of
from tests.harness.waiting import until

from sasayaki_chassis import codec
from sasayaki_chassis.clock import SystemClock
from sasayaki_chassis.decider import Refused
from sasayaki_chassis.kafka.log import KafkaLog, KafkaReader
from sasayaki_chassis.owner import Meta, Owners, Unavailable

ROOT = Path(__file__).resolve().parents[3]
META = Meta("out_test", correlation_id="con_1")
ZOMBIE_ROUNDS = 3
WAIT_S = 20.0


@asynccontextmanager
async def owners(
    kafka: str, topic: str, partitions: int = 1
) -> AsyncIterator[Owners[Count, Command, CounterEvent]]:
    async with KafkaReader(kafka, topic, partitions) as reader:
        logs = [KafkaLog(reader, number) for number in range(partitions)]
        owned = Owners(COUNTER, logs, SystemClock())
        task = asyncio.create_task(owned.run())
        try:
            async with asyncio.timeout(WAIT_S):
                await owned.all_serving()
            yield owned
        finally:
            task.cancel()
            await asyncio.wait((task,))


@pytest.fixture
async def topic(kafka: str, topic_prefix: str) -> str:
    return await make_topic(kafka, f"{topic_prefix}counter")


async def history(kafka: str, topic: str) -> list[tuple[str, int]]:
    """Request and total of every record that counts."""
    events = {event.event_type: event for event in COUNTER.events}
    found = []
    for offset, value in await records_of(kafka, topic):
        parsed = codec.parse(value)
        if codec.counts(offset, parsed["at"]):
            record = codec.decode(parsed, events)
            assert isinstance(record.data, Counted)
            found.append((record.causation_id or "", record.data.total))
    return found


async def test_what_was_decided_is_there_after_a_restart(kafka: str, topic: str) -> None:
    async with owners(kafka, topic) as first:
        await first.handle("one", Add(3), request_id="a", meta=META)
    async with owners(kafka, topic) as second:
        assert second.state("one") == Count(3)
        assert second.meta("one") == META


async def test_a_repeated_request_gets_its_first_answer_also_after_a_restart(
    kafka: str, topic: str
) -> None:
    async with owners(kafka, topic) as first:
        answer = await first.handle("one", Add(2), request_id="a", meta=META)
        assert await first.handle("one", Add(2), request_id="a", meta=META) == answer
    async with owners(kafka, topic) as second:
        assert await second.handle("one", Add(2), request_id="a", meta=META) == answer
    assert await history(kafka, topic) == [("a", 1), ("a", 2)]


async def test_a_refusal_writes_nothing(kafka: str, topic: str) -> None:
    async with owners(kafka, topic) as owned:
        with pytest.raises(Refused, match="cannot count -1 times"):
            await owned.handle("one", Add(-1), request_id="a", meta=META)
    assert await history(kafka, topic) == []


async def test_time_itself_decides_at_a_deadline(kafka: str, topic: str) -> None:
    async with owners(kafka, topic) as owned:
        await owned.handle("one", SetTimer(0.05), request_id="a", meta=META)
        await until(lambda: owned.state("one") == Count(1))


async def test_all_partitions_of_a_topic_are_claimed_at_once(kafka: str, topic_prefix: str) -> None:
    topic = await make_topic(kafka, f"{topic_prefix}wide", partitions=12)
    async with owners(kafka, topic, partitions=12) as owned:
        asked = [owned.handle(f"stream-{i}", Add(), request_id="a", meta=META) for i in range(100)]
        assert len(await asyncio.gather(*asked)) == 100
        assert dict(owned.streams()) == {f"stream-{i}": Count(1) for i in range(100)}


async def test_the_latest_claim_wins_and_the_displaced_owner_says_so(
    kafka: str, topic: str
) -> None:
    async with owners(kafka, topic) as old, owners(kafka, topic) as new:
        await new.handle("one", Add(), request_id="a", meta=META)
        with pytest.raises(Unavailable):
            await old.handle("one", Add(), request_id="b", meta=META)
        assert not old.serving()
        await new.handle("one", Add(), request_id="b", meta=META)
    assert await history(kafka, topic) == [("a", 1), ("b", 2)]


async def test_two_owners_at_once_acknowledge_nothing_that_does_not_count(
    kafka: str, topic: str
) -> None:
    acknowledged: dict[str, int] = {}
    async with owners(kafka, topic) as one, owners(kafka, topic) as other:

        async def ask(number: int) -> None:
            for owned in (one, other) if number % 2 else (other, one):
                try:
                    events = await owned.handle("one", Add(), request_id=str(number), meta=META)
                except Unavailable:
                    continue
                assert isinstance(events[0], Counted)
                acknowledged[str(number)] = events[0].total

        for start in range(0, 200, 20):
            await asyncio.gather(*(ask(number) for number in range(start, start + 20)))
    counted = await history(kafka, topic)
    assert [total for _, total in counted] == list(range(1, len(counted) + 1))
    assert len(dict(counted)) == len(counted), "a request was applied twice"
    assert acknowledged.items() <= dict(counted).items()
    assert len(acknowledged) > 100


class OwnerProcess:
    """An owner that can be stopped like a machine that sleeps."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process

    @classmethod
    async def start(cls, kafka: str, topic: str) -> "OwnerProcess":
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "tests.harness.counting_owner",
            kafka,
            topic,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            cwd=ROOT,
        )
        owner = cls(process)
        assert await owner.line() == "serving"
        return owner

    async def line(self) -> str:
        assert self.process.stdout is not None
        async with asyncio.timeout(WAIT_S):
            return (await self.process.stdout.readline()).decode().strip()

    def ask(self, requests: Sequence[str]) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write("".join(f"{request}\n" for request in requests).encode())

    async def answers(self, number: int) -> dict[str, str]:
        lines = [await self.line() for _ in range(number)]
        return dict(line.split(" ", 1) for line in lines)

    async def end(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        await self.process.wait()


@pytest.mark.parametrize("number", range(ZOMBIE_ROUNDS))
async def test_a_sleeper_who_wakes_up_acknowledges_nothing_and_changes_nothing(
    kafka: str, topic: str, number: int
) -> None:
    sleeper = await OwnerProcess.start(kafka, topic)
    waiting = [f"waiting-{i}" for i in range(10)]
    sleeper.ask(["before"])
    assert await sleeper.answers(1) == {"before": "1"}
    os.kill(sleeper.process.pid, signal.SIGSTOP)
    sleeper.ask(waiting)
    successor = await OwnerProcess.start(kafka, topic)
    successor.ask(["between"])
    assert await successor.answers(1) == {"between": "2"}
    os.kill(sleeper.process.pid, signal.SIGCONT)
    assert await sleeper.answers(10) == dict.fromkeys(waiting, "unavailable")
    successor.ask(waiting)
    answered = await successor.answers(10)
    await sleeper.end()
    await successor.end()
    counted = await history(kafka, topic)
    assert [total for _, total in counted] == list(range(1, 13))
    assert {request: str(total) for request, total in counted[2:]} == answered


async def test_a_killed_owner_loses_nothing_that_it_acknowledged(kafka: str, topic: str) -> None:
    first = await OwnerProcess.start(kafka, topic)
    requests = [str(i) for i in range(50)]
    first.ask(requests)
    acknowledged = await first.answers(20)
    await first.end()
    second = await OwnerProcess.start(kafka, topic)
    second.ask(requests)
    again = await second.answers(50)
    await second.end()
    assert acknowledged.items() <= again.items()
    assert len(await history(kafka, topic)) == 50
