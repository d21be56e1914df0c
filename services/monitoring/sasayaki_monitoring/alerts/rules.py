"""The rules that raise alerts, one line each in RULES; pure.

A rule measures one thing: a number, since when it has been going on, and when it can next change
by time alone. An alert is raised when the number reaches the threshold, and is over when it comes
back to `cleared_at`, which lies on the quiet side: between the two nothing happens, so that nothing
flaps. What went on before the last alert about the same thing raises no second one.

One threshold serves each rule:

- LONG_HOLD: the present hold reaches it, or all holds of the call together twice as much. The
  second counts until there is an alert in this call. Over when the operator is back.
- LONG_CALL: the talk is longer than 95 of 100 talks of its reason; the threshold counts for
  reasons with fewer than 50 talks. Over with the talk.
- SILENCE: nobody speaks and nobody holds. OVERTALK: times in a minute that both speak for 1 s.
- QUEUE: the first of a queue waits. SERVICE_LEVEL: per mille of the last half hour's contacts that
  were answered in time, from 10 contacts on; below is bad.
- STUCK: the phone rings, or 15 times as long in wrap-up.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from typing import Any

from sasayaki.monitoring.v1.alert_events import AlertKind
from sasayaki.routing.v1.pool_events import OperatorState
from sasayaki_monitoring.alerts.watched import OVERLAPS_WITHIN, Call, Desk
from sasayaki_monitoring.floor.queues import Queue
from sasayaki_monitoring.policy.policy import Rule

MS = timedelta(milliseconds=1)
ALL_HOLDS_SHARE = 2
WRAP_UP_SHARE = 15
CONTACTS_LEAST = 10
HOURLY_MOST = 6


@dataclass(frozen=True, slots=True)
class Measured:
    """`since`: when what is measured began. It grows by one each millisecond times `1/slower`.

    `instead` replaces the rule's threshold. `changes_at`: when time changes what does not grow.
    """

    value: int
    since: datetime
    slower: int = 0
    instead: int | None = None
    changes_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class AlertRule:
    """`measure` returns None when there is nothing to be measured: quiet.

    It is told when the last such alert about the same thing was raised.
    """

    kind: AlertKind
    sort: str
    measure: Callable[[Any, datetime, datetime | None], Measured | None]
    usual: Rule
    falls: bool = False
    """Whether less is worse."""

    def passes(self, value: int, threshold: int) -> bool:
        return value < threshold if self.falls else value >= threshold

    def is_sound(self, limits: Rule) -> bool:
        """Whether what raises an alert does not clear it at once."""
        if self.falls:
            return limits.cleared_at >= limits.threshold
        return limits.cleared_at <= limits.threshold

    def quiet(self, value: int, cleared_at: int) -> bool:
        return value >= cleared_at if self.falls else value < cleared_at


class Verdict(Enum):
    """What is to be done about one rule and one subject."""

    NOTHING = "nothing"
    RAISE = "raise"
    CLEAR = "clear"


def judge(
    rule: AlertRule,
    limits: Rule,
    seen: Measured | None,
    *,
    is_open: bool,
    raised_at: datetime | None,
    false_alarm: bool = False,
) -> Verdict:
    """`raised_at`: when the last alert of this kind about this subject was raised, open or not.

    `false_alarm`: whoever claimed that one said that there was nothing, and is not told again.
    """
    if is_open:
        over = seen is None or not limits.enabled or rule.quiet(seen.value, limits.cleared_at)
        return Verdict.CLEAR if over else Verdict.NOTHING
    if seen is None or not limits.enabled or not rule.passes(seen.value, threshold(limits, seen)):
        return Verdict.NOTHING
    known = false_alarm or (raised_at is not None and seen.since <= raised_at)
    return Verdict.NOTHING if known else Verdict.RAISE


def threshold(limits: Rule, seen: Measured) -> int:
    return limits.threshold if seen.instead is None else seen.instead


def look_again(limits: Rule, seen: Measured | None, now: datetime) -> datetime | None:
    """When time alone may change the verdict."""
    if seen is None:
        return None
    if not seen.slower:
        return seen.changes_at
    left = threshold(limits, seen) - seen.value
    return now + left * seen.slower * MS if left > 0 else None


def long_hold(call: Call, now: datetime, raised_at: datetime | None) -> Measured | None:
    since = call.held_since
    if since is None:
        return None
    present = _ms(now - since)
    together = (_ms(call.held) + present) // ALL_HOLDS_SHARE
    told_before = raised_at is not None and raised_at < since
    if together > present and not told_before:
        return Measured(together, since, slower=ALL_HOLDS_SHARE)
    return Measured(present, since, slower=1)


def long_call(call: Call, now: datetime, raised_at: datetime | None) -> Measured | None:
    usual_ms = call.talk_times.p95_ms if call.talk_times else None
    return Measured(_ms(now - call.since), call.since, slower=1, instead=usual_ms)


def silence(call: Call, now: datetime, raised_at: datetime | None) -> Measured | None:
    if call.silent_since is None or call.holds:
        return None
    since = max(call.silent_since, call.heard_again or call.silent_since)
    return Measured(_ms(now - since), since, slower=1)


def overtalk(call: Call, now: datetime, raised_at: datetime | None) -> Measured | None:
    recent = [at for at in call.overlaps if at > now - OVERLAPS_WITHIN]
    if not recent:
        return None
    return Measured(len(recent), recent[0], changes_at=recent[0] + OVERLAPS_WITHIN)


def queue_wait(queue: Queue, now: datetime, raised_at: datetime | None) -> Measured | None:
    since = queue.longest_since
    return None if since is None else Measured(_ms(now - since), since, slower=1)


def service_level(queue: Queue, now: datetime, raised_at: datetime | None) -> Measured | None:
    queue.forget(now)
    level = queue.per_mille
    if level is None or len(queue.past) < CONTACTS_LEAST:
        return None
    return Measured(level, queue.past[0].at, changes_at=queue.changes_at)


def stuck(desk: Desk, now: datetime, raised_at: datetime | None) -> Measured | None:
    slower = WRAP_UP_SHARE if desk.state is OperatorState.WRAP_UP else 1
    return Measured(_ms(now - desk.since) // slower, desk.since, slower=slower)


def _ms(length: timedelta) -> int:
    return length // MS


def _usual(threshold: int, cleared_at: int) -> Rule:
    return Rule(enabled=True, threshold=threshold, cleared_at=cleared_at, hourly_most=HOURLY_MOST)


RULES: tuple[AlertRule, ...] = (
    AlertRule(AlertKind.LONG_HOLD, "call", long_hold, _usual(60_000, 60_000)),
    AlertRule(AlertKind.LONG_CALL, "call", long_call, _usual(15 * 60_000, 1)),
    AlertRule(AlertKind.SILENCE, "call", silence, _usual(15_000, 15_000)),
    AlertRule(AlertKind.OVERTALK, "call", overtalk, _usual(5, 2)),
    AlertRule(AlertKind.QUEUE, "queue", queue_wait, _usual(60_000, 30_000)),
    AlertRule(AlertKind.SERVICE_LEVEL, "queue", service_level, _usual(800, 850), falls=True),
    AlertRule(AlertKind.STUCK, "desk", stuck, _usual(60_000, 60_000)),
)
BY_KIND = {rule.kind: rule for rule in RULES}


BY_SORT = {
    sort: tuple(rule for rule in RULES if rule.sort == sort) for sort in ("call", "desk", "queue")
}
