"""Which alerts are not over, by what they are about, so that nothing has two of one kind.

Each alert is a stream of its own, so no decider sees two of them. The owner's states are the truth;
what is kept here only says which of them to look at.
"""

from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TypeAlias

from sasayaki.monitoring.v1.alert_events import AlertEvent, AlertKind
from sasayaki_chassis.owner import Meta, Owners, Unavailable
from sasayaki_monitoring.alerts.alert import About, Claimed, Command, NotRaised, Open, State

Alerts: TypeAlias = Owners[State, Command, AlertEvent]
HOUR = timedelta(hours=1)
KEEP = timedelta(hours=24)
"""Alerts that are over are forgotten after so long: no call lasts longer."""
TIDY_ABOVE = 1_000
QUEUE_KINDS = frozenset((AlertKind.QUEUE, AlertKind.SERVICE_LEVEL))
OPERATOR_KINDS = frozenset((AlertKind.HELP, AlertKind.STUCK))


@dataclass(frozen=True, slots=True)
class Key:
    """What an alert is about: of an operator, a call, or a queue of a client company."""

    tenant_id: str
    kind: AlertKind
    subject: str


def key_of(meta: Meta, about: About) -> Key:
    if about.kind in QUEUE_KINDS:
        return Key(meta.tenant_id, about.kind, f"{meta.client_id or ''} {about.queue_id}")
    by_operator = about.kind in OPERATOR_KINDS
    return Key(meta.tenant_id, about.kind, about.operator_id if by_operator else about.contact_id)


def counted_of(key: Key, operator_id: str) -> Key:
    """Whose alerts of a kind an hour is limited: an operator's, or a queue's."""
    return key if key.kind in QUEUE_KINDS else Key(key.tenant_id, key.kind, operator_id)


@dataclass(slots=True)
class _Seen:
    """What was read from the owner's states while it served."""

    latest: dict[Key, str] = field(default_factory=dict)
    raised: dict[Key, deque[datetime]] = field(default_factory=dict)
    tidy_above: int = TIDY_ABOVE


class OpenAlerts:
    """The last alert about each thing. Unavailable while not all of them are served here."""

    def __init__(self, alerts: Alerts) -> None:
        self._alerts = alerts
        self._raising: dict[str, Key] = {}
        self._seen: _Seen | None = None

    @contextmanager
    def raising(self, alert_id: str, key: Key) -> Iterator[None]:
        """The alert counts as open while it is decided: a second press meets it."""
        self._known().latest[key] = alert_id
        self._raising[alert_id] = key
        try:
            yield
        finally:
            self._raising.pop(alert_id, None)

    def count_raised(self, counted: Key, at: datetime) -> None:
        self._known().raised.setdefault(counted, deque()).append(at)

    def of(self, tenant_id: str, operator_id: str, contact_id: str) -> str | None:
        """The call for help that the operator has raised in this call and that is not over.

        Raises Unavailable: whether there is one elsewhere cannot be told.
        """
        key = Key(tenant_id, AlertKind.HELP, operator_id)
        alert_id = self._known().latest.get(key)
        if alert_id is None or alert_id in self._raising:
            return alert_id
        match self._alerts.state(alert_id):
            case Open(about=about) | Claimed(about=about) if about.contact_id == contact_id:
                return alert_id
            case _:
                return None

    def last(self, key: Key) -> tuple[str, State]:
        """The last alert about this, open or over; no id if there is none. Raises Unavailable."""
        alert_id = self._known().latest.get(key, "")
        return alert_id, self._alerts.state(alert_id)

    def within_an_hour(self, counted: Key, now: datetime) -> int:
        """How many alerts of the kind were raised in the last hour. Raises Unavailable."""
        raised = self._known().raised.get(counted, deque())
        while raised and raised[0] <= now - HOUR:
            raised.popleft()
        return len(raised)

    def count(self) -> int:
        """How many alerts are not over, as far as they are served here."""
        if not self._alerts.serving():
            return 0
        states = (self._alerts.state(alert_id) for alert_id in self._known().latest.values())
        return sum(isinstance(state, Open | Claimed) for state in states)

    def tidy(self, now: datetime) -> None:
        """Forgets what has long been over. Raises Unavailable."""
        seen = self._known()
        if len(seen.latest) <= seen.tidy_above:
            return
        seen.latest = {
            key: alert_id for key, alert_id in seen.latest.items() if self._kept(alert_id, now)
        }
        seen.raised = {
            key: times for key, times in seen.raised.items() if times and times[-1] > now - HOUR
        }
        seen.tidy_above = 2 * len(seen.latest) + TIDY_ABOVE

    def _kept(self, alert_id: str, now: datetime) -> bool:
        match self._alerts.state(alert_id):
            case NotRaised():
                return False
            case Open() | Claimed():
                return True
            case over:
                return over.about.raised_at > now - KEEP

    def _known(self) -> _Seen:
        """Takes in what was raised before this process served all alerts, and after each pause."""
        if not self._alerts.serving():
            self._seen = None
            raise Unavailable("not all alerts are served here")
        if self._seen is None:
            self._seen = _Seen()
            self._read(self._seen)
        return self._seen

    def _read(self, seen: _Seen) -> None:
        when: dict[Key, datetime] = {}
        for alert_id, state in self._alerts.streams():
            meta = self._alerts.meta(alert_id)
            if isinstance(state, NotRaised) or meta is None:
                continue
            key, at = key_of(meta, state.about), state.about.raised_at
            counted = counted_of(key, state.about.operator_id)
            seen.raised.setdefault(counted, deque()).append(at)
            if key not in when or at > when[key]:
                when[key], seen.latest[key] = at, alert_id
        for times in seen.raised.values():
            ordered = sorted(times)
            times.clear()
            times.extend(ordered)
        seen.latest |= {key: alert_id for alert_id, key in self._raising.items()}
