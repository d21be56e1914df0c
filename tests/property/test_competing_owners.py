"""Several owners of one partition, late, doubled and lost appends: the history stays one."""

import asyncio
from collections import defaultdict
from collections.abc import Iterator
from random import Random

import pytest
from tests.harness.counter import COUNTER, Add, Command, Count, Counted, CounterEvent
from tests.harness.simulation import FaultyLog, simulate

from sasayaki_chassis import codec
from sasayaki_chassis.clock import SystemClock
from sasayaki_chassis.codec import Entry
from sasayaki_chassis.owner import Meta, Owner, Unavailable

OWNERS = 3
STREAMS = ("one", "two")
REQUESTS = 24
WORLDS = 300
WORLDS_A_TEST = 30

Answers = dict[str, tuple[CounterEvent, ...]]


class World:
    """Three owners, impatient clients, and a log between them."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        self.landed: list[Entry] = []
        self.answers: Answers = {}
        self.asked: dict[str, str] = {}
        self._owners: list[Owner[Count, Command, CounterEvent]] = []

    async def run(self) -> None:
        async with asyncio.TaskGroup() as background:
            serving = [background.create_task(self._serve(i, background)) for i in range(OWNERS)]
            clients = [background.create_task(self._ask(i)) for i in range(REQUESTS)]
            await asyncio.wait(clients)
            for task in serving:
                task.cancel()

    async def _serve(self, place: int, background: asyncio.TaskGroup) -> None:
        """An instance that now and then dies with all it knows and starts again."""
        while True:
            log = FaultyLog(self.landed, self.random, background)
            owner = Owner(COUNTER, log, SystemClock(), "test.counter/0")
            self._owners[place : place + 1] = [owner]
            try:
                async with asyncio.timeout(self.random.choice((3.0, 10.0, 60.0))):
                    await owner.run()
            except TimeoutError:
                await asyncio.sleep(self.random.random())

    async def _ask(self, number: int) -> None:
        """Repeats one request, to any instance, until it is answered."""
        request, stream = f"request-{number}", self.random.choice(STREAMS)
        self.asked[request] = stream
        command = Add(self.random.choice((1, 1, 2, 3)))
        await asyncio.sleep(self.random.uniform(0, 30))
        while request not in self.answers:
            owner = self.random.choice(self._owners)
            try:
                async with asyncio.timeout(6.0):
                    answer = await owner.handle(stream, command, request, Meta("out_test"))
                self.answers[request] = answer
            except (Unavailable, TimeoutError):
                await asyncio.sleep(self.random.uniform(0.01, 2.0))

    def history(self) -> Iterator[tuple[str, str, Counted]]:
        """Stream, request and event of every record that counts; sequences must have no gap."""
        last: dict[str, int] = defaultdict(int)
        events = {event.event_type: event for event in COUNTER.events}
        for offset, entry in enumerate(self.landed):
            parsed = codec.parse(entry.value)
            if not codec.counts(offset, parsed["at"]):
                continue
            record = codec.decode(parsed, events)
            assert record.sequence == last[record.subject] + 1
            last[record.subject] = record.sequence
            assert isinstance(record.data, Counted)
            yield record.subject, record.causation_id or "", record.data


def check(world: World) -> None:
    """Each decision whole, on the state before it, once; each answer what history holds."""
    decided: Answers = {}
    totals: dict[str, int] = defaultdict(int)
    before: dict[str, str] = {}
    for stream, request, event in world.history():
        assert event.total == totals[stream] + 1
        totals[stream] = event.total
        again = request in decided
        assert not again or before[stream] == request, f"{request} was applied twice"
        before[stream] = request
        decided[request] = (*decided.get(request, ()), event)
        assert world.asked[request] == stream
    assert world.answers == decided


@pytest.mark.parametrize("first_seed", range(0, WORLDS, WORLDS_A_TEST))
def test_whatever_is_acknowledged_is_in_history_exactly_once(first_seed: int) -> None:
    for seed in range(first_seed, first_seed + WORLDS_A_TEST):
        world = World(seed)
        simulate(world.run())
        assert len(world.answers) == REQUESTS, f"seed {seed}"
        check(world)


def test_a_world_takes_the_same_course_from_the_same_seed() -> None:
    first, second = World(7), World(7)
    simulate(first.run())
    simulate(second.run())
    assert first.answers == second.answers
    assert len(first.landed) == len(second.landed)
