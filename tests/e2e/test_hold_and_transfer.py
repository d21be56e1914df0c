"""Hold, three-way and blind transfer on real phones: who hears whom, and that all tell the same."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from tests.e2e.centre import OFF, Centre, Talk, centre
from tests.harness.running import Running

from sasayaki_demo.bots import COLLEAGUE_HZ, OPERATOR_HZ, OTHER_CUSTOMER_HZ, hears
from sasayaki_demo.callers import opener
from sasayaki_demo.examine import settled
from sasayaki_demo.judge.case import Case
from sasayaki_demo.judge.verdict import judge
from sasayaki_demo.morning.ears import Stretch, faults
from sasayaki_demo.people import LISTEN
from sasayaki_demo.play import now_ns

MISAKI, DAISUKE, SUPERVISOR = "usr_op01", "usr_op02", "usr_sv01"
PEOPLE_HZ = frozenset((OTHER_CUSTOMER_HZ, OPERATOR_HZ, COLLEAGUE_HZ))


async def test_a_customer_on_hold_hears_nobody_and_is_heard_by_nobody(
    running: Running, tmp_path: Path
) -> None:
    started = now_ns()
    async with centre(running, tmp_path) as at:
        talk = await _talk(at, "held")
        misaki = at.operators[MISAKI]
        await misaki.hold(talk.contact_id, "", held=True)
        held = await Stretch.lasting(1.0)
        await misaki.hold(talk.contact_id, "", held=False)
        again = await Stretch.lasting(1.0)
        await at.hang_up("held")
        await at.wrap_up(MISAKI)
        assert _wrong(held, talk.customer_rx, ()) == []
        assert _wrong(held, talk.operator_rx, ()) == []
        assert _wrong(again, talk.customer_rx, (OPERATOR_HZ,)) == []
        assert _wrong(again, talk.operator_rx, (OTHER_CUSTOMER_HZ,)) == []
        await _all_tell_the_same(at, running, started)


async def test_two_operators_and_the_customer_talk_until_the_colleague_is_let_go(
    running: Running, tmp_path: Path
) -> None:
    started = now_ns()
    async with centre(running, tmp_path) as at:
        talk = await _talk(at, "three")
        misaki = at.operators[MISAKI]
        since = at.phones.position
        await _colleague(at)
        await misaki.consult(talk.contact_id, DAISUKE)
        joined = await at.phones.wait(DAISUKE, "established", since=since)
        await misaki.hold(talk.contact_id, "", held=False)
        three = await Stretch.lasting(1.0)
        await misaki.end_consult(talk.contact_id)
        await at.phones.wait(DAISUKE, "hungup", since=since)
        two = await Stretch.lasting(1.0)
        await at.hang_up("three")
        await at.wrap_up(MISAKI)
        await at.operators[DAISUKE].set_state(OFF)
        for who, capture, own in (
            ("customer", talk.customer_rx, OTHER_CUSTOMER_HZ),
            ("operator", talk.operator_rx, OPERATOR_HZ),
            ("colleague", Path(joined["rx"]), COLLEAGUE_HZ),
        ):
            assert _wrong(three, capture, PEOPLE_HZ - {own}) == [], who
        assert _wrong(two, talk.customer_rx, (OPERATOR_HZ,)) == []
        await _all_tell_the_same(at, running, started)


async def test_a_customer_who_is_given_away_without_a_word_talks_with_the_next(
    running: Running, tmp_path: Path
) -> None:
    started = now_ns()
    async with centre(running, tmp_path) as at:
        talk = await _talk(at, "given")
        since = at.phones.position
        await _colleague(at)
        await at.operators[MISAKI].transfer(talk.contact_id, DAISUKE)
        joined = await at.phones.wait(DAISUKE, "established", since=since, within_s=20)
        after = await Stretch.lasting(1.0)
        await at.hang_up("given")
        await at.wrap_up(DAISUKE)
        await at.operators[MISAKI].set_state(OFF)
        assert _wrong(after, talk.customer_rx, (COLLEAGUE_HZ,)) == []
        assert _wrong(after, Path(joined["rx"]), (OTHER_CUSTOMER_HZ,)) == []
        await _all_tell_the_same(at, running, started)


async def test_who_follows_an_operator_across_a_transfer_waits_or_goes_on_with_the_customer(
    running: Running, tmp_path: Path
) -> None:
    """Product S6: the operator is followed by itself, the customer by one request, no redial."""
    started = now_ns()
    async with centre(running, tmp_path) as at:
        supervisor = await at.supervisor(SUPERVISOR)
        talk = await _talk(at, "followed")
        since = at.phones.position
        supervision = await supervisor.start(talk.contact_id, LISTEN, following=True)
        ear = await at.ear(supervisor, since)
        await hears(ear, OTHER_CUSTOMER_HZ)
        await _colleague(at)
        await at.operators[MISAKI].transfer(talk.contact_id, DAISUKE)
        await at.phones.wait(DAISUKE, "established", since=since, within_s=20)
        awaited = await Stretch.lasting(1.0)
        await supervisor.switch(supervision, talk.contact_id)
        await hears(ear, COLLEAGUE_HZ)
        switched = await Stretch.lasting(1.0)
        await supervisor.end(supervision)
        await at.hang_up("followed")
        await at.wrap_up(DAISUKE)
        await at.operators[MISAKI].set_state(OFF)
        assert _wrong(awaited, ear, ()) == []
        assert _wrong(switched, ear, (OTHER_CUSTOMER_HZ, COLLEAGUE_HZ)) == []
        rung = at.phones_entries(SUPERVISOR, since)
        assert [entry["event"] for entry in rung].count("established") == 1
        await _all_tell_the_same(at, running, started)


async def _talk(at: Centre, name: str) -> Talk:
    await at.operator(MISAKI)
    caller = f"+8190700000{len(name):02}"
    return await at.talk(name, caller, MISAKI, OTHER_CUSTOMER_HZ)


async def _colleague(at: Centre) -> None:
    await at.operator(DAISUKE)
    await at.phones.do("sound", phone=DAISUKE, sound={"tone": COLLEAGUE_HZ})


def _wrong(stretch: Stretch, capture: Path, wanted: Iterable[float]) -> list[str]:
    wanted = frozenset(wanted)
    samples = stretch.of(capture)
    return list(faults(capture.name, samples, wanted=wanted, unwanted=PEOPLE_HZ - wanted))


async def _all_tell_the_same(at: Centre, running: Running, started: int) -> None:
    records = await settled(running.endpoints)
    assert judge(Case(at.ledger.entries, records, opener(running.keys), started)) == []
