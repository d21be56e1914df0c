"""Alert rules: each fires, its nearest neighbour does not, and nothing is told twice."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from tests.harness.specification import NOON

from sasayaki.monitoring.v1.alert_events import AlertKind
from sasayaki.routing.v1.pool_events import OperatorState
from sasayaki_monitoring.alerts.rules import BY_KIND, RULES, AlertRule, Verdict, judge, look_again
from sasayaki_monitoring.alerts.watched import Call, Desk, TalkTimes, Watched
from sasayaki_monitoring.floor.queues import Past, Queue

CALL = Call("out_demo", "cli_acme", "con_1", "usr_mori", "leg_1", NOON)
QUIET, RAISE, CLEAR = Verdict.NOTHING, Verdict.RAISE, Verdict.CLEAR


def after(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


def verdict(
    kind: AlertKind,
    watched: Watched,
    at: datetime,
    *,
    raised_at: datetime | None = None,
    is_open: bool = False,
    false_alarm: bool = False,
    **limits: int,
) -> Verdict:
    rule = BY_KIND[kind]
    return judge(
        rule,
        replace(rule.usual, **limits),  # type: ignore[arg-type]
        rule.measure(watched, at, raised_at),
        is_open=is_open,
        raised_at=raised_at,
        false_alarm=false_alarm,
    )


def call() -> Call:
    return replace(CALL, holds={}, overlaps=type(CALL.overlaps)())


def held(since: float = 0, before_s: float = 0) -> Call:
    return replace(
        call(), holds={"leg_1": after(since)}, held=timedelta(seconds=before_s), since=NOON
    )


def overlapping(*seconds: float) -> Call:
    talk = call()
    talk.overlaps.extend(after(each) for each in seconds)
    return talk


def queue(*waiting: float) -> Queue:
    since = {f"con_{number}": after(each) for number, each in enumerate(waiting)}
    return Queue("out_demo", "cli_acme", "que_1", waiting=since)


def served(in_time: int, late: int, abandoned: int = 0, at: float = 0) -> Queue:
    told = queue()
    for number in range(in_time + late + abandoned):
        answered = number < in_time + late
        told.count(Past(after(at), answered, in_time=number < in_time))
    return told


def desk(state: OperatorState) -> Desk:
    return Desk("out_demo", "cli_acme", "usr_mori", state, NOON)


RINGING, WRAP_UP = desk(OperatorState.RINGING), desk(OperatorState.WRAP_UP)
SILENT = replace(call(), silent_since=NOON)


@pytest.mark.parametrize(
    ("kind", "watched", "fires_at_s", "not_at_s"),
    [
        (AlertKind.LONG_HOLD, held(), 60, 59.9),
        (AlertKind.LONG_HOLD, held(before_s=100), 20, 19.9),
        (AlertKind.LONG_CALL, call(), 900, 899.9),
        (AlertKind.SILENCE, SILENT, 15, 14.9),
        (AlertKind.OVERTALK, overlapping(0, 10, 20, 30, 40), 59.9, 60),
        (AlertKind.QUEUE, queue(0, 30), 60, 59.9),
        (AlertKind.SERVICE_LEVEL, served(7, 2, 1), 1, 1_800),
        (AlertKind.STUCK, RINGING, 60, 59.9),
        (AlertKind.STUCK, WRAP_UP, 900, 899.9),
    ],
)
def test_a_rule_fires_at_its_threshold_not_before_it_and_once(
    kind: AlertKind, watched: Watched, fires_at_s: float, not_at_s: float
) -> None:
    assert verdict(kind, watched, after(fires_at_s)) is RAISE
    told = after(fires_at_s)
    assert verdict(kind, watched, told, raised_at=told, is_open=True) is QUIET
    assert verdict(kind, watched, told, raised_at=told) is QUIET
    assert verdict(kind, watched, after(not_at_s)) is QUIET


@pytest.mark.parametrize(
    ("kind", "watched", "at_s"),
    [
        (AlertKind.LONG_HOLD, replace(call(), holds={"": NOON}), 300),  # the customer's own
        (AlertKind.LONG_HOLD, replace(call(), held=timedelta(minutes=9)), 600),
        (AlertKind.SILENCE, replace(SILENT, holds={"leg_1": NOON}), 300),
        (AlertKind.SILENCE, replace(SILENT, heard_again=after(10)), 24.9),
        (AlertKind.OVERTALK, overlapping(0, 10, 20, 30), 40),
        (AlertKind.QUEUE, queue(), 300),
        (AlertKind.SERVICE_LEVEL, served(0, 9), 1),  # too few contacts
        (AlertKind.SERVICE_LEVEL, served(8, 1, 1), 1),
    ],
)
def test_what_only_looks_like_it_raises_nothing(
    kind: AlertKind, watched: Watched, at_s: float
) -> None:
    assert verdict(kind, watched, after(at_s)) is QUIET


@pytest.mark.parametrize(
    ("kind", "open_still", "over", "at_s"),
    [
        (AlertKind.LONG_HOLD, held(), call(), 61),
        (AlertKind.SILENCE, SILENT, call(), 16),
        (AlertKind.OVERTALK, overlapping(20, 30), overlapping(30), 61),
        (AlertKind.QUEUE, queue(30), queue(31), 60),
        (AlertKind.SERVICE_LEVEL, served(84, 16), served(85, 15), 1),
        (AlertKind.STUCK, RINGING, replace(RINGING, since=after(60)), 61),
    ],
)
def test_an_alert_stays_between_its_two_thresholds_and_ends_on_the_quiet_side(
    kind: AlertKind, open_still: Watched, over: Watched, at_s: float
) -> None:
    at = after(at_s)
    assert verdict(kind, open_still, at, raised_at=after(1), is_open=True) is QUIET
    assert verdict(kind, over, at, raised_at=after(1), is_open=True) is CLEAR


def test_all_holds_together_count_until_there_is_an_alert_in_the_call() -> None:
    again = held(since=100, before_s=110)
    assert verdict(AlertKind.LONG_HOLD, again, after(110)) is RAISE
    told = after(110)
    assert verdict(AlertKind.LONG_HOLD, again, after(115), raised_at=told, is_open=True) is QUIET
    assert verdict(AlertKind.LONG_HOLD, again, after(159.9), raised_at=after(90)) is QUIET
    assert verdict(AlertKind.LONG_HOLD, again, after(160), raised_at=after(90)) is RAISE


def test_overtalk_is_told_again_only_of_overlaps_after_the_last_alert() -> None:
    talk = overlapping(40, 50, 60, 70, 80)
    assert verdict(AlertKind.OVERTALK, talk, after(81), raised_at=after(45)) is QUIET
    assert verdict(AlertKind.OVERTALK, talk, after(81), raised_at=after(39)) is RAISE


def test_a_call_is_long_for_its_reason_once_fifty_talks_of_it_are_known() -> None:
    times = TalkTimes()
    talk = replace(call(), talk_times=times)
    for number in range(1, 50):
        times.add(number * 1_000)
    assert verdict(AlertKind.LONG_CALL, talk, after(50)) is QUIET
    times.add(50_000)
    assert times.p95_ms == 48_000
    assert verdict(AlertKind.LONG_CALL, talk, after(48)) is RAISE
    assert verdict(AlertKind.LONG_CALL, talk, after(47.9)) is QUIET


def test_only_the_last_thousand_talks_of_a_reason_count() -> None:
    times = TalkTimes()
    for _ in range(1_000):
        times.add(500_000)
    for _ in range(1_000):
        times.add(10_000)
    assert times.p95_ms == 10_000


def test_a_false_alarm_is_not_told_again() -> None:
    new = replace(SILENT, silent_since=after(100))
    at = after(120)
    assert verdict(AlertKind.SILENCE, new, at, raised_at=after(20)) is RAISE
    assert verdict(AlertKind.SILENCE, new, at, raised_at=after(20), false_alarm=True) is QUIET


def test_a_rule_that_is_switched_off_raises_nothing_and_ends_what_is_open() -> None:
    off: dict[str, int] = {"enabled": False}
    assert verdict(AlertKind.SILENCE, SILENT, after(60), **off) is QUIET
    open_ = verdict(AlertKind.SILENCE, SILENT, after(60), is_open=True, raised_at=NOON, **off)
    assert open_ is CLEAR


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.kind.name)
def test_the_usual_thresholds_are_sound(rule: AlertRule) -> None:
    assert rule.is_sound(rule.usual)


@pytest.mark.parametrize(
    ("kind", "watched", "at_s"),
    [
        (AlertKind.LONG_HOLD, held(), 60),
        (AlertKind.LONG_HOLD, held(before_s=100), 20),
        (AlertKind.LONG_CALL, call(), 900),
        (AlertKind.SILENCE, SILENT, 15),
        (AlertKind.QUEUE, queue(0), 60),
        (AlertKind.STUCK, WRAP_UP, 900),
    ],
)
def test_it_is_known_when_time_alone_will_raise_an_alert(
    kind: AlertKind, watched: Watched, at_s: float
) -> None:
    rule = BY_KIND[kind]
    now = after(1)
    due = look_again(rule.usual, rule.measure(watched, now, None), now)
    assert due is not None
    assert timedelta() <= due - after(at_s) < timedelta(milliseconds=15)


def test_it_is_known_when_time_alone_will_change_what_is_counted() -> None:
    rule = BY_KIND[AlertKind.OVERTALK]
    now = after(45)
    assert look_again(rule.usual, rule.measure(overlapping(1, 40), now, None), now) == after(61)
