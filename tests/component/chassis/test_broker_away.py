"""The broker sleeps or dies in the middle of an append: nothing is lost, nothing done twice."""

import asyncio
import os
import signal
import subprocess
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from tests.harness.counter import COUNTER, Add, Command, Count, Counted, CounterEvent, SetTimer
from tests.harness.kafka import free_ports, make_topic
from tests.harness.peer import EndContacts, counting_service, settings
from tests.harness.waiting import until

from sasayaki.event import Recorded
from sasayaki_chassis.clock import SystemClock
from sasayaki_chassis.follower import Follower, Reading, Source, Viewing
from sasayaki_chassis.kafka.log import ANSWER_S, KafkaLog, KafkaReader
from sasayaki_chassis.owner import Meta, Owners, Unavailable
from sasayaki_chassis.service import running
from sasayaki_tools import broker
from sasayaki_tools.platform import ports

META = Meta("out_test")
BACK_WITHIN_S = 60.0
STOPPED_WITHIN_S = 30.0

Counters = Owners[Count, Command, CounterEvent]


class Totals:
    """A view of all totals, in the order in which they came."""

    topics = (COUNTER.stream,)

    def __init__(self) -> None:
        self.seen: list[int] = []

    def fold(self, record: Recorded[CounterEvent]) -> None:
        assert isinstance(record.data, Counted)
        self.seen.append(record.data.total)


class Broker:
    """A broker whose process the test holds."""

    def __init__(self, folder: Path) -> None:
        self._kafka = broker.bring()
        self._folder = folder
        self._port, controller_port = free_ports(2)
        self.address = f"{ports.HOST}:{self._port}"
        broker.lay_out(self._kafka, folder, port=self._port, controller_port=controller_port)

    async def start(self) -> None:
        self.process = self._spawn()
        await until(lambda: broker.is_listening(self._port), BACK_WITHIN_S)

    def _spawn(self) -> subprocess.Popen[bytes]:
        with (self._folder / "broker.log").open("ab") as log:
            return subprocess.Popen(self._kafka.command(self._folder), stdout=log, stderr=log)

    def signal(self, number: signal.Signals) -> None:
        """Returns when it is asleep: on a busy machine its threads answer for a while longer."""
        os.kill(self.process.pid, number)
        if number is signal.SIGSTOP:
            os.waitpid(self.process.pid, os.WUNTRACED)

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()


@pytest.fixture
async def own_broker(tmp_path: Path) -> AsyncIterator[Broker]:
    running = Broker(tmp_path)
    await running.start()
    yield running
    running.kill()


@pytest.fixture
async def counters(own_broker: Broker) -> AsyncIterator[Counters]:
    topic = await make_topic(own_broker.address, COUNTER.stream)
    async with KafkaReader(own_broker.address, topic, 1) as reader:
        log = KafkaLog(reader, 0)
        owners = Owners(COUNTER, [log], SystemClock())
        serving = asyncio.create_task(owners.run())
        await owners.all_serving()
        yield owners
        serving.cancel()
        await asyncio.wait((serving,))


async def count(counters: Counters, request_id: str) -> int:
    (event,) = await counters.handle("one", Add(), request_id=request_id, meta=META)
    assert isinstance(event, Counted)
    return event.total


async def insist(counters: Counters, request_id: str) -> int:
    """Repeats the request like a patient client, always under the same id."""
    async with asyncio.timeout(BACK_WITHIN_S):
        while True:
            try:
                return await count(counters, request_id)
            except Unavailable:
                await until(counters.serving, BACK_WITHIN_S)


async def test_a_doubtful_append_is_answered_in_time_and_settled_when_the_broker_is_back(
    own_broker: Broker, counters: Counters
) -> None:
    assert await count(counters, "before") == 1
    own_broker.signal(signal.SIGSTOP)
    async with asyncio.timeout(ANSWER_S * 3):
        with pytest.raises(Unavailable):
            await count(counters, "doubtful")
    own_broker.signal(signal.SIGCONT)
    assert await insist(counters, "doubtful") == 2
    assert await insist(counters, "doubtful") == 2
    assert await insist(counters, "after") == 3


async def test_a_killed_broker_that_comes_back_finds_its_owners_at_work(
    own_broker: Broker, counters: Counters
) -> None:
    assert await count(counters, "before") == 1
    own_broker.kill()
    with pytest.raises(Unavailable):
        await count(counters, "doubtful")
    await own_broker.start()
    assert await insist(counters, "doubtful") == 2
    assert counters.state("one") == Count(2)


async def test_a_view_lags_while_the_broker_is_away_and_goes_on_where_it_stood(
    own_broker: Broker, counters: Counters
) -> None:
    totals = Totals()
    reading = Reading(Source(own_broker.address, "", {COUNTER.stream: 1}))
    view = Follower(reading, "totals", totals.topics, Viewing(totals))
    running = [asyncio.create_task(each.run()) for each in (reading, view)]
    assert await count(counters, "before") == 1
    await until(lambda: totals.seen == [1] and view.lag_s() < 1.0)

    own_broker.signal(signal.SIGSTOP)
    await until(lambda: view.lag_s() > 2.0)
    own_broker.signal(signal.SIGCONT)
    assert await insist(counters, "asleep") == 2
    await until(lambda: totals.seen == [1, 2] and view.lag_s() < 1.0, BACK_WITHIN_S)

    own_broker.kill()
    await own_broker.start()
    assert await insist(counters, "killed") == 3
    await until(lambda: totals.seen == [1, 2, 3] and view.lag_s() < 1.0, BACK_WITHIN_S)
    for task in running:
        task.cancel()
    await asyncio.wait(running)


@pytest.mark.parametrize("away", [signal.SIGSTOP, signal.SIGKILL])
async def test_a_service_that_is_told_to_stop_waits_for_no_broker(
    own_broker: Broker, tmp_path: Path, away: signal.Signals
) -> None:
    reactor = EndContacts()
    service = counting_service(settings(own_broker.address, "", tmp_path), reactors=(reactor,))
    async with AsyncExitStack() as stack:
        built = await stack.enter_async_context(running(service))
        owners = built.owners[COUNTER.stream]
        await owners.handle("one", SetTimer(BACK_WITHIN_S), request_id="before", meta=META)
        await until(lambda: reactor.seen == 1)
        own_broker.signal(away)  # within the second after which offsets are committed
        async with asyncio.timeout(STOPPED_WITHIN_S):
            await stack.aclose()
