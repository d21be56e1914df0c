"""Whatever happens on the floor: no two alerts about one thing, no flapping, no more than so many.

Random courses of a few calls, queues and operators run through the real owner, with claims,
outcomes, and a process that dies and begins again between two looks.
"""

import asyncio
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.harness.rounds import Monitoring, monitoring, nothing_landed
from tests.harness.specification import NOON, SimulatedClock

from sasayaki.event import Event
from sasayaki.media.v1.call_events import (
    CallEnded,
    CallEndReason,
    HoldEnded,
    HoldStarted,
    OverlapHeard,
    SilenceBegan,
    SilenceEnded,
    TalkStarted,
)
from sasayaki.monitoring.v1.alert_events import AlertKind, AlertOutcome
from sasayaki.routing.v1.pool_events import (
    ContactAbandoned,
    ContactQueued,
    OfferAccepted,
    OfferLapsed,
    OfferMade,
)
from sasayaki_chassis.decider import Refused
from sasayaki_monitoring.alerts.alert import Claim, Resolve
from sasayaki_monitoring.alerts.open_alerts import Key
from sasayaki_monitoring.alerts.rules import BY_KIND, HOURLY_MOST, Measured, Verdict, judge
from sasayaki_monitoring.alerts.watch import Watch

NODE = {"node_id": "n", "happening_seq": 1}
OPERATORS = 5_000
LOOKS = 60
CONTACTS = st.sampled_from(["con_1", "con_2"])
STEPS = st.lists(
    st.tuples(
        st.sampled_from(
            [
                *("talk", "hold", "unhold", "silent", "speaks", "overlap", "overlap", "ends"),
                *("queued", "answered", "abandons", "rings", "lapses"),
                *("claim", "false", "solved", "die", "wait", "wait"),
            ]
        ),
        CONTACTS,
        st.sampled_from([0.4, 1, 20, 70, 400]),
    ),
    max_size=40,
)


def happening(step: str, contact_id: str, at: Monitoring) -> tuple[str, Event] | None:
    """The topic's record of a step; None for steps of supervisors and of fate."""
    leg = {"leg_id": f"leg_{contact_id}", "operator_id": f"usr_{contact_id}", **NODE}
    offer = {"offer_id": f"off_{contact_id}", "contact_id": contact_id, "operator_id": "usr_1"}
    now = at.clock.now()
    calls: dict[str, Event] = {
        "talk": TalkStarted(**leg),
        "hold": HoldStarted(**leg),
        "unhold": HoldEnded(**leg),
        "silent": SilenceBegan(since=now, **NODE),
        "speaks": SilenceEnded(silent_ms=1, **NODE),
        "overlap": OverlapHeard(overlap_ms=1_000, **NODE),
        "ends": CallEnded(reason=CallEndReason.CUSTOMER_HUNG_UP, **NODE),
    }
    pool: dict[str, Event] = {
        "queued": ContactQueued(
            contact_id=contact_id,
            client_id="cli_acme",
            queue_id="que_1",
            required_skills=(),
            priority=0,
            queued_at=now,
        ),
        "answered": OfferAccepted(waited_ms=60_000, **offer),
        "abandons": ContactAbandoned(contact_id=contact_id, queue_id="que_1", waited_ms=1),
        "rings": OfferMade(respond_by=now, idle_ms=1, skipped=(), considered=(), **offer),
        "lapses": OfferLapsed(**offer),
    }
    if step in calls:
        return contact_id, calls[step]
    return ("pool", pool[step]) if step in pool else None


async def answer(step: str, at: Monitoring) -> None:
    """A supervisor does something about every alert that is open."""
    outcome = AlertOutcome.FALSE_ALARM if step == "false" else AlertOutcome.SOLVED
    for _, alert_id, is_open in at.raised():
        if is_open:
            command = Claim("usr_sv") if step == "claim" else Resolve("usr_sv", outcome)
            with suppress(Refused):  # of one that nobody has claimed there is no outcome
                await at.ask(alert_id, command)


def check(at: Monitoring, false_alarms: set[Key], before: Counter[Key]) -> None:
    raised = at.raised()
    open_now = Counter(key for key, _, is_open in raised if is_open)
    assert all(count == 1 for count in open_now.values()), open_now
    ever = Counter(key for key, _, _ in raised)
    for key in false_alarms:
        assert ever[key] == before[key], "told again although it was a false alarm"


async def course(steps: list[tuple[str, str, float]]) -> Counter[Key]:
    clock, landed, watch = SimulatedClock(), nothing_landed(), Watch()
    false_alarms: set[Key] = set()
    before: Counter[Key] = Counter()
    left = list(steps)
    while True:
        async with monitoring(clock, landed, watch) as at:
            while left:
                step, contact_id, pause_s = left.pop(0)
                if step == "die":
                    break
                if (told := happening(step, contact_id, at)) is not None:
                    at.tell(told[0], told[1])
                elif step != "wait":
                    await answer(step, at)
                    if step == "false":
                        false_alarms = {
                            key
                            for key, alert_id, _ in at.raised()
                            if getattr(at.alerts.state(alert_id), "false_alarm", False)
                            and BY_KIND[key.kind].sort == "call"
                        }
                        before = Counter(key for key, _, _ in at.raised())
                await at.look(pause_s)
                check(at, false_alarms, before)
                await at.look()
                check(at, false_alarms, before)
            if not left:
                return Counter(key for key, _, _ in at.raised())


@given(STEPS)
@settings(deadline=None, max_examples=100)
def test_there_are_never_two_open_alerts_about_one_thing_nor_one_after_a_false_alarm(
    steps: list[tuple[str, str, float]],
) -> None:
    asyncio.run(course(steps))


async def _held_again_and_again(times: int) -> int:
    leg = {"leg_id": "leg_con_1", "operator_id": "usr_con_1", **NODE}
    async with monitoring(SimulatedClock(), nothing_landed(), Watch()) as at:
        at.tell("con_1", TalkStarted(**leg))
        for _ in range(times):
            at.tell("con_1", HoldStarted(**leg))
            await at.look(61)
            at.tell("con_1", HoldEnded(**leg))
            await at.look()
        return sum(key.kind is AlertKind.LONG_HOLD for key, _, _ in at.raised())


def test_in_an_hour_there_are_no_more_alerts_of_a_kind_than_its_rule_allows() -> None:
    assert asyncio.run(_held_again_and_again(5)) == 5
    assert asyncio.run(_held_again_and_again(20)) == HOURLY_MOST


@given(st.lists(st.integers(0, 90), max_size=200))
def test_a_measure_that_wanders_raises_once_for_each_way_from_quiet_to_loud(
    seconds: list[int],
) -> None:
    rule = BY_KIND[AlertKind.QUEUE]
    is_open, raises, ways, quiet = False, 0, 0, True
    for number, value in enumerate(seconds):
        if quiet and value >= 60:
            ways, quiet = ways + 1, False
        quiet = quiet or value < 30
        since = NOON + timedelta(hours=number)
        seen = Measured(value * 1_000, since, slower=1)
        match judge(rule, rule.usual, seen, is_open=is_open, raised_at=None):
            case Verdict.RAISE:
                is_open, raises = True, raises + 1
            case Verdict.CLEAR:
                is_open = False
    assert raises == ways


async def _busy_floor() -> list[float]:
    """Seconds of own processor time of each look at 5,000 operators who all talk."""
    async with monitoring(SimulatedClock(), nothing_landed(), Watch()) as at:
        for number in range(OPERATORS):
            leg = {"leg_id": f"leg_{number}", "operator_id": f"usr_{number}", **NODE}
            at.tell(f"con_{number}", TalkStarted(**leg))
        await at.look()
        took_s = []
        for look in range(LOOKS):
            for number in range(look * 20, look * 20 + 20):
                at.tell(f"con_{number}", SilenceBegan(since=at.clock.now(), **NODE))
            began = time.process_time()
            await at.look()
            took_s.append(time.process_time() - began)
        assert at.raised(), "nobody was silent for long"
        return took_s


def test_a_look_at_5000_talking_operators_costs_by_what_happens(
    record_property: Callable[[str, object], None],
) -> None:
    took_s = sorted(asyncio.run(_busy_floor()))
    p50_ms, most_ms = took_s[LOOKS // 2] * 1_000, took_s[-1] * 1_000
    record_property("look_at_5000_operators_ms", {"p50": p50_ms, "most": most_ms, "n": LOOKS})
    assert p50_ms <= 100
