"""Judges the alert rules once a second: what has changed, and what has come due by time alone.

A subject whose last look came to nothing is looked at again when one of its rules can pass, and at
the latest after LOOK_AGAIN_S: a threshold may have been set meanwhile. So a look costs by what
happens, not by how many operators there are.
"""

import asyncio
import heapq
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from zlib import crc32

from sasayaki.monitoring.v1.alert_events import AlertEndReason
from sasayaki_chassis.clock import Clock
from sasayaki_chassis.decider import Refused
from sasayaki_chassis.ids import derived_id
from sasayaki_chassis.owner import DecisionFailed, Meta, Overloaded, Unavailable
from sasayaki_monitoring.alerts import metrics
from sasayaki_monitoring.alerts.alert import Claimed, End, Found, NotRaised, Open, Over, Raise
from sasayaki_monitoring.alerts.open_alerts import HOUR, Alerts, Key, OpenAlerts, counted_of
from sasayaki_monitoring.alerts.rules import (
    BY_SORT,
    AlertRule,
    Measured,
    Verdict,
    judge,
    look_again,
    threshold,
)
from sasayaki_monitoring.alerts.watch import Watch
from sasayaki_monitoring.alerts.watched import Call, Subject, Watched
from sasayaki_monitoring.floor.queues import Queue
from sasayaki_monitoring.floor.view import FloorView
from sasayaki_monitoring.floor.watchers import Watchers
from sasayaki_monitoring.policy.policies import Policies
from sasayaki_monitoring.policy.policy import Rule

LOOK_EVERY_S = 1.0
LOOK_AGAIN_S = (20, 40)
"""Least and most; each subject has its own, so that not all come due at once."""
AT_ONCE = 200
"""Subjects judged before others get their turn on the loop."""


@dataclass(frozen=True, slots=True)
class Raising:
    """An alert that a rule asks for."""

    key: Key
    counted: Key
    alert_id: str
    command: Raise
    meta: Meta
    request_id: str


@dataclass(frozen=True, slots=True)
class Clearing:
    """An alert whose cause is over."""

    alert_id: str
    meta: Meta


@dataclass(frozen=True, slots=True)
class Tools:
    """What a look works with; `require_current` raises Unavailable while the views are behind."""

    alerts: Alerts
    open: OpenAlerts
    policies: Policies
    view: FloorView
    watchers: Watchers
    clock: Clock
    require_current: Callable[[], None]


class Rounds:
    """Looks at what the Watch knows; raises and ends alerts, each at most once."""

    def __init__(self, watch: Watch, tools: Tools) -> None:
        self._watch = watch
        self._tools = tools
        self._due: list[tuple[datetime, Subject]] = []  # a heap; what `_armed` denies is stale
        self._armed: dict[Subject, datetime] = {}
        self._suppressed: dict[Key, datetime] = {}

    async def run(self) -> None:
        """Looks until cancelled. What cannot be done now is done at the next look."""
        while True:
            await asyncio.sleep(LOOK_EVERY_S)
            try:
                await self.look()
            except Unavailable:
                continue

    async def look(self) -> None:
        """One look; raises Unavailable when nothing can be decided here."""
        self._tools.require_current()
        now = self._tools.clock.now()
        self._tools.open.tidy(now)
        subjects = self._to_look_at(now)
        for begin in range(0, len(subjects), AT_ONCE):
            some = subjects[begin : begin + AT_ONCE]
            try:
                wanted = [asked for subject in some for asked in self._judged(subject, now)]
            except Unavailable:
                self._watch.changed |= dict.fromkeys(subjects[begin:])
                raise
            answers = (self._do(*each) for each in wanted)
            undone = [each for each in await asyncio.gather(*answers) if each is not None]
            self._watch.changed |= dict.fromkeys(undone)
            await asyncio.sleep(0)

    def _to_look_at(self, now: datetime) -> list[Subject]:
        subjects, self._watch.changed = self._watch.changed, {}
        while self._due and self._due[0][0] <= now:
            at, subject = heapq.heappop(self._due)
            if self._armed.get(subject) == at:
                subjects[subject] = None
        return list(subjects)

    def _judged(self, subject: Subject, now: datetime) -> list[tuple[Subject, Raising | Clearing]]:
        """What is to be done about a subject; when it is due next is noted."""
        watched = self._watch.of(subject)
        wanted, dues = list[Raising | Clearing](), list[datetime]()
        for rule in BY_SORT[subject[0]]:
            asked, due = self._judged_by(rule, subject, watched, now)
            wanted += asked
            dues += [] if due is None else [due]
        self._armed.pop(subject, None)
        if dues:
            at = max(min(dues), now + timedelta(milliseconds=1))
            self._armed[subject] = at
            heapq.heappush(self._due, (at, subject))
        return [(subject, each) for each in wanted]

    def _judged_by(
        self, rule: AlertRule, subject: Subject, watched: Watched | None, now: datetime
    ) -> tuple[list[Raising | Clearing], datetime | None]:
        key = Key(subject[1], rule.kind, subject[2])
        alert_id, state = self._tools.open.last(key)
        raised_at = None if isinstance(state, NotRaised) else state.about.raised_at
        seen = None if watched is None else rule.measure(watched, now, raised_at)
        limits = self._limits(rule, watched)
        if seen is None:
            self._suppressed.pop(key, None)
        verdict = judge(
            rule,
            limits,
            seen,
            is_open=isinstance(state, Open | Claimed),
            raised_at=raised_at,
            false_alarm=isinstance(state, Over) and _still_false(rule, state, now),
        )
        due = look_again(limits, seen, now)
        if seen is not None:
            again = now + _look_again_after(subject)
            due = min(due or again, again)
        if verdict is Verdict.CLEAR and isinstance(state, Open):
            meta = self._tools.alerts.meta(alert_id)
            assert meta is not None, f"{alert_id!r} is open and unknown"
            return [Clearing(alert_id, meta)], due
        if verdict is Verdict.RAISE and watched is not None and seen is not None:
            return self._raising(key, rule, limits, watched, seen, now), due
        return [], due

    def _limits(self, rule: AlertRule, watched: Watched | None) -> Rule:
        """Of the client company; of what is gone nothing is raised, so that any do."""
        if watched is None:
            return rule.usual
        known = self._tools.policies.rule(watched.tenant_id, watched.client_id, rule.kind)
        return known or rule.usual

    def _raising(
        self,
        key: Key,
        rule: AlertRule,
        limits: Rule,
        watched: Watched,
        seen: Measured,
        now: datetime,
    ) -> list[Raising | Clearing]:
        operator_id = "" if isinstance(watched, Queue) else watched.operator_id
        counted = counted_of(key, operator_id)
        if self._tools.open.within_an_hour(counted, now) >= limits.hourly_most:
            if self._suppressed.get(key) != seen.since:
                self._suppressed[key] = seen.since
                metrics.SUPPRESSED.labels(rule.kind.name.lower()).inc()
            return []
        self._suppressed.pop(key, None)
        request_id = f"rule/{rule.kind.name}/{key.subject}/{seen.since.isoformat()}"
        alert_id = derived_id("alt", key.tenant_id, "Rule", request_id)
        contact_id = watched.contact_id if isinstance(watched, Call) else ""
        command = self._command(rule, limits, watched, seen, operator_id, contact_id)
        meta = Meta(
            tenant_id=key.tenant_id,
            client_id=watched.client_id,
            correlation_id=contact_id or None,
        )
        return [Raising(key, counted, alert_id, command, meta, request_id)]

    def _command(
        self,
        rule: AlertRule,
        limits: Rule,
        watched: Watched,
        seen: Measured,
        operator_id: str,
        contact_id: str,
    ) -> Raise:
        tenant_id, client_id = watched.tenant_id, watched.client_id
        team_id = self._tools.view.team_of(tenant_id, operator_id) if operator_id else ""
        return Raise(
            contact_id=contact_id,
            operator_id=operator_id,
            team_id=team_id or None,
            level=self._tools.watchers.first_level(tenant_id, client_id, team_id),
            ladder=self._tools.policies.ladder(tenant_id, client_id),
            kind=rule.kind,
            queue_id=watched.queue_id if isinstance(watched, Queue) else None,
            found=Found(seen.value, threshold(limits, seen)),
        )

    async def _do(self, subject: Subject, asked: Raising | Clearing) -> Subject | None:
        """Returns the subject if it has to be looked at again."""
        alerts = self._tools.alerts
        try:
            if isinstance(asked, Clearing):
                await alerts.handle(
                    asked.alert_id,
                    End(AlertEndReason.CLEARED),
                    request_id=f"rule/cleared/{asked.alert_id}",
                    meta=asked.meta,
                )
            else:
                with self._tools.open.raising(asked.alert_id, asked.key):
                    await alerts.handle(
                        asked.alert_id,
                        asked.command,
                        request_id=asked.request_id,
                        meta=asked.meta,
                    )
                self._tools.open.count_raised(asked.counted, self._tools.clock.now())
        except (Unavailable, Overloaded):
            return subject
        except Refused:  # it has been raised before, and is over: nothing new
            return None
        except DecisionFailed:  # told and counted where it was decided; the others' turn
            return None
        return None


def _still_false(rule: AlertRule, over: Over, now: datetime) -> bool:
    """A false alarm about a call counts as long as the call lasts, about all else for an hour."""
    return over.false_alarm and (rule.sort == "call" or over.about.raised_at > now - HOUR)


def _look_again_after(subject: Subject) -> timedelta:
    least_s, most_s = LOOK_AGAIN_S
    return timedelta(seconds=least_s + crc32(subject[2].encode()) % (most_s - least_s))
