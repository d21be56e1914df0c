"""One owner over a log in memory: its limits, its deadlines, and what it refuses to serve."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from tests.harness.counter import (
    COUNTER,
    Add,
    Command,
    Count,
    Counted,
    CounterEvent,
    SetTimer,
    TimerSet,
)
from tests.harness.specification import NOON, MemoryLog, SimulatedClock

from sasayaki.event import Event
from sasayaki_chassis import codec, owner
from sasayaki_chassis.clock import Alarm
from sasayaki_chassis.codec import Entry
from sasayaki_chassis.decider import Decider
from sasayaki_chassis.kafka.log import BATCH_BYTES_MOST, Doubt
from sasayaki_chassis.owner import (
    DecisionFailed,
    HistoryBroken,
    Meta,
    Overloaded,
    Owner,
    Unavailable,
)

Counter = Owner[Count, Command, CounterEvent]
META = Meta("out_test", client_id="cli_acme", auth_id="usr_sato", correlation_id="con_1")


@asynccontextmanager
async def serving(
    log: MemoryLog,
    decider: Decider[Count, Command, CounterEvent] = COUNTER,
    clock: SimulatedClock | None = None,
) -> AsyncIterator[Counter]:
    owned = Owner(decider, log, clock or SimulatedClock(), "test.counter/0")
    task = asyncio.create_task(owned.run())
    started = asyncio.create_task(owned.serving.wait())
    await asyncio.wait((task, started), return_when=asyncio.FIRST_COMPLETED)
    if task.done():
        started.cancel()
        task.result()
    yield owned
    task.cancel()
    await asyncio.wait((task,))


def records(log: MemoryLog) -> list[dict[str, object]]:
    """The envelopes of what counts."""
    parsed = [(offset, codec.parse(entry.value)) for offset, entry in enumerate(log.landed)]
    return [envelope for offset, envelope in parsed if envelope["at"] == offset]


async def test_commands_that_wait_together_are_appended_together() -> None:
    log = MemoryLog()
    async with serving(log) as owned:
        asked = [owned.handle("one", Add(), str(number), META) for number in range(100)]
        answers = await asyncio.gather(*asked)
    assert [event.total for (event,) in answers if isinstance(event, Counted)] == list(
        range(1, 101)
    )
    assert [envelope["sequence"] for envelope in records(log)] == [
        f"{number:010}" for number in range(1, 101)
    ]


async def test_each_record_says_who_caused_it_and_when() -> None:
    log = MemoryLog()
    async with serving(log) as owned:
        await owned.handle("one", Add(), "r-1", META)
    (envelope,) = records(log)
    said = {key: value for key, value in envelope.items() if key not in {"id", "owner", "at"}}
    assert said == {
        "specversion": "1.0",
        "type": "sasayaki.test.v1.Counted",
        "source": "/test/counter/one",
        "subject": "one",
        "sequence": "0000000001",
        "time": "2026-11-21T12:00:00Z",
        "recordedtime": "2026-11-21T12:00:00Z",
        "tenantid": "out_test",
        "clientid": "cli_acme",
        "authid": "usr_sato",
        "causationid": "r-1",
        "correlationid": "con_1",
        "datacontenttype": "application/json",
        "data": {"total": 1},
    }


async def test_a_deadline_is_kept_to_the_instant_and_decided_in_the_streams_name() -> None:
    log, clock = MemoryLog(), SimulatedClock()
    async with serving(log, clock=clock) as owned:
        await owned.handle("one", SetTimer(5), "r-1", META)
        clock.advance_to(NOON + timedelta(seconds=4.999))
        await settle()
        assert len(records(log)) == 1
        clock.advance_to(NOON + timedelta(seconds=5))
        await settle()
    _, timed = records(log)
    assert timed["causationid"] == "deadline:one:1"
    assert timed["clientid"] == "cli_acme"
    assert timed["correlationid"] == "con_1"
    assert "authid" not in timed


class HastyClock(SimulatedClock):
    """Its alarms ring a little early, as a timer may that is rounded."""

    def alarm(self, at: datetime, ring: Callable[[], None]) -> Alarm:
        early = at - timedelta(microseconds=1)
        return super().alarm(early if early > self.now() else at, ring)


async def test_a_deadline_whose_alarm_rings_early_is_kept() -> None:
    log, clock = MemoryLog(), HastyClock()
    async with serving(log, clock=clock) as owned:
        await owned.handle("one", SetTimer(5), "r-1", META)
        clock.advance_to(NOON + timedelta(seconds=5, microseconds=-1))
        await settle()
        assert len(records(log)) == 1
        clock.advance_to(NOON + timedelta(seconds=5))
        await settle()
    assert len(records(log)) == 2


async def test_a_deadline_that_passed_while_nobody_owned_is_kept_at_once() -> None:
    log, clock = MemoryLog(), SimulatedClock()
    async with serving(log, clock=clock) as first:
        await first.handle("one", SetTimer(5), "r-1", META)
    clock.advance_to(NOON + timedelta(hours=1))
    async with serving(log, clock=clock) as second:
        await settle()
        assert second.streams["one"].state == Count(1)


async def test_a_deadline_that_was_moved_rings_at_its_last_instant_only() -> None:
    log, clock = MemoryLog(), SimulatedClock()
    async with serving(log, clock=clock) as owned:
        await owned.handle("one", SetTimer(5), "r-1", META)
        await owned.handle("one", SetTimer(60), "r-2", META)
        clock.advance_to(NOON + timedelta(seconds=30))
        await settle()
        assert owned.streams["one"].state.total == 0
        clock.advance_to(NOON + timedelta(seconds=60))
        await settle()
        assert owned.streams["one"].state == Count(1)


async def test_a_deadline_whose_decision_changes_nothing_does_not_come_again() -> None:
    asked = 0

    def decide(state: Count, command: Command, now: datetime) -> Sequence[CounterEvent]:
        nonlocal asked
        if isinstance(command, Add):
            asked += 1
            return []
        return [TimerSet(due=now)]

    log = MemoryLog()
    async with serving(log, replace(COUNTER, decide=decide)) as owned:
        await owned.handle("one", SetTimer(0), "r-1", META)
        await settle()
    assert asked == 1


async def test_a_bug_in_one_decision_is_that_callers_alone() -> None:
    def decide(state: Count, command: Command, now: datetime) -> Sequence[CounterEvent]:
        if command == Add(13):
            raise ZeroDivisionError("a bug")
        return COUNTER.decide(state, command, now)

    async with serving(MemoryLog(), replace(COUNTER, decide=decide)) as owned:
        asked = [owned.handle("one", Add(n), f"r-{n}", META) for n in (1, 13, 2)]
        good, bad, better = await asyncio.gather(*asked, return_exceptions=True)
    assert good == (Counted(total=1),)
    assert isinstance(bad, DecisionFailed)
    assert better == (Counted(total=2), Counted(total=3))


async def test_an_event_that_the_stream_may_not_hold_is_never_written() -> None:
    class Stray(Event, type="sasayaki.test.v1.Stray"):
        """Belongs elsewhere."""

    stray = replace(
        COUNTER,
        decide=lambda state, command, now: [Stray()],  # type: ignore[list-item]
        evolve=lambda state, event: state,
    )
    log = MemoryLog()
    async with serving(log, stray) as owned:
        with pytest.raises(DecisionFailed, match="TypeError"):
            await owned.handle("one", Add(), "r-1", META)
    assert records(log) == []


async def test_more_commands_than_may_wait_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(owner, "WAITING_MOST", 3)
    async with serving(MemoryLog()) as owned:
        for number in range(3):
            owned.handle("one", Add(), str(number), META)
        with pytest.raises(Overloaded):
            owned.handle("one", Add(), "one too many", META)


async def test_a_turn_that_would_be_too_big_is_cut_between_decisions() -> None:
    batches: list[list[Entry]] = []

    class Watched(MemoryLog):
        async def append(self, entries: Sequence[Entry]) -> int:
            batches.append(list(entries))
            return await super().append(entries)

    async with serving(Watched()) as owned:
        asked = [owned.handle("one", Add(100), str(number), META) for number in range(40)]
        await asyncio.gather(*asked)
    decisions = batches[1:]
    assert len(decisions) > 1
    for batch in decisions:
        assert len(batch) % 100 == 0
        assert sum(len(entry.key) + len(entry.value) for entry in batch) < BATCH_BYTES_MOST


async def test_a_partition_forgets_its_oldest_requests_whatever_their_stream(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(owner, "REQUESTS_MOST", 3)
    log = MemoryLog()
    async with serving(log) as owned:
        for number, stream_id in enumerate(("one", "two", "one", "three", "one")):
            await owned.handle(stream_id, Add(2), str(number), META)
        assert {name: list(stream.done) for name, stream in owned.streams.items()} == {
            "one": ["2", "4"],
            "two": [],
            "three": ["3"],
        }
    async with serving(log) as read_again:
        assert list(read_again.streams["one"].done) == ["2", "4"]


async def test_a_forgotten_request_is_decided_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(owner, "REQUESTS_MOST", 1)
    async with serving(MemoryLog()) as owned:
        for request in ("a", "a", "b", "a"):
            await owned.handle("one", Add(), request, META)
        assert owned.streams["one"].state.total == 3


async def test_streams_that_are_over_are_left_out_of_those_that_go_on() -> None:
    log, decider = MemoryLog(), replace(COUNTER, is_over=lambda state: state.total == 2)
    async with serving(log, decider) as owned:
        for number, stream_id in enumerate(("one", "two", "two", "three", "three", "three")):
            await owned.handle(stream_id, Add(), str(number), META)
        assert list(owned.going_on) == ["one", "three"]
    async with serving(log, decider) as read_again:
        assert list(read_again.going_on) == ["one", "three"]


async def test_before_it_serves_an_owner_is_unavailable() -> None:
    with pytest.raises(Unavailable):
        Owner(COUNTER, MemoryLog(), SimulatedClock(), "test.counter/0").handle(
            "one", Add(), "r-1", META
        )


async def test_an_older_build_does_not_start_over_a_newer_log() -> None:
    log = MemoryLog()
    async with serving(log) as owned:
        await owned.handle("one", SetTimer(5), "r-1", META)
    with pytest.raises(HistoryBroken, match=r"unknown 'sasayaki\.test\.v1\.TimerSet'"):
        async with serving(log, replace(COUNTER, events=(Counted,))):
            pass


async def test_a_log_with_a_gap_is_not_served() -> None:
    log = MemoryLog()
    async with serving(log) as owned:
        await owned.handle("one", Add(3), "r-1", META)
    log.landed[2] = Entry(b"one", b"spoilt")
    with pytest.raises(HistoryBroken, match="3 after 1"):
        async with serving(log):
            pass


async def test_a_log_that_went_back_is_not_served() -> None:
    log = MemoryLog()
    owned = Owner(COUNTER, log, SimulatedClock(), "test.counter/0")
    task = asyncio.create_task(owned.run())
    await owned.serving.wait()
    await owned.handle("one", Add(3), "r-1", META)
    del log.landed[2:]
    with pytest.raises(Unavailable):
        await owned.handle("one", Add(), "r-2", META)
    with pytest.raises(HistoryBroken, match="went back from 4 to 2"):
        await task


async def test_an_own_claim_that_landed_late_displaces_nobody() -> None:
    class LateClaim(MemoryLog):
        """The first claim seems lost; it lands when the second one serves."""

        late: Sequence[Entry] = ()
        claims = 0

        async def append(self, entries: Sequence[Entry]) -> int:
            self.claims += 1
            if self.claims == 1:
                self.late = entries
                raise Doubt("no answer")
            return await super().append(entries)

    log = LateClaim()
    async with serving(log) as owned:
        log.landed.extend(log.late)
        assert await owned.handle("one", Add(), "r-1", META) == (Counted(total=1),)


async def settle() -> None:
    """Lets everything happen that needs no time."""
    for _ in range(20):
        await asyncio.sleep(0)
