"""Who talked, who was monitored by whom and how long: a view folded record by record.

A session counts once its supervisor was really heard in the mix (`SupervisorHeard`); why it took
place stands in another topic, so the two halves wait for each other in either order.
"""

from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from sasayaki.event import Recorded
from sasayaki.media.v1.call_events import (
    CallEnded,
    OperatorLegEnded,
    SupervisorHeard,
    SupervisorLegEnded,
    TalkStarted,
)
from sasayaki.monitoring.v1.supervision_events import Purpose, SupervisionStarted
from sasayaki.routing.v1.pool_events import OperatorPut
from sasayaki_monitoring.fairness.assess import Counted

HOUR_S = 3600
DAY_S = 24 * HOUR_S
KEEP_DAYS = 92
"""Older talk and sessions are forgotten; that somebody was covered once is not."""


@dataclass(slots=True)
class _Session:
    """One supervision as far as it is known; instants in seconds since 1970."""

    since: float
    operator: "_Operator | None" = None
    client_id: str = ""
    supervisor_id: str = ""
    helps: bool = False
    heard_at: float | None = None
    heard_s: float = 0.0
    counted: bool = False


@dataclass(slots=True)
class _Talk:
    operator: "_Operator"
    contact_id: str
    client_id: str
    leg_id: str
    since: float


@dataclass(slots=True)
class _Operator:
    """What is kept of one operator. Talk is kept by client company and hour of its end."""

    team_id: str = ""
    client_ids: frozenset[str] = frozenset()
    known_since: float | None = None
    talk_s: dict[str, dict[int, float]] = field(default_factory=dict)
    sessions: deque[_Session] = field(default_factory=deque)
    covered_at: dict[str, float] = field(default_factory=dict)
    talk: _Talk | None = None

    def talked(self, client_id: str, ended_at: float, seconds: float) -> None:
        hours = self.talk_s.setdefault(client_id, {})  # a new hour comes last
        hour = int(ended_at // HOUR_S)
        hours[hour] = hours.get(hour, 0.0) + seconds
        if len(hours) > KEEP_DAYS * 24:
            del hours[next(iter(hours))]

    def monitored(self, session: _Session, at: float) -> None:
        while self.sessions and self.sessions[0].since < at - KEEP_DAYS * DAY_S:
            self.sessions.popleft()
        self.sessions.append(session)
        if not session.helps:
            last = self.covered_at.get(session.client_id, at)
            self.covered_at[session.client_id] = max(last, at)


@dataclass(frozen=True, slots=True)
class Window:
    """What is asked for: whose, of which client companies, from when until when."""

    tenant_id: str
    client_ids: frozenset[str]
    since: float
    until: float


class FairnessView:
    """Operators of every tenant; a record costs microseconds, a question one pass over a tenant."""

    topics: tuple[str, ...] = ("monitoring.supervision", "media.call", "routing.pool")

    def __init__(self) -> None:
        self._tenants: dict[str, dict[str, _Operator]] = {}
        self._talks: dict[str, _Talk] = {}
        self._sessions: dict[str, _Session] = {}
        self._ears: dict[str, dict[str, tuple[_Session, float]]] = {}
        """By contact and leg: whom a supervisor hears now, and since when."""

    def fold(self, record: Recorded[Any]) -> None:
        at = record.time.timestamp()
        match record.data:
            case TalkStarted(operator_id=operator_id, leg_id=leg_id):
                self._talk_ends(record.subject, at)
                operator = self._operator(record.tenant_id, operator_id)
                talk = _Talk(operator, record.subject, record.client_id or "", leg_id, at)
                self._talks[record.subject] = talk
                # Calls come in no common order: in a replay an earlier one may come later.
                if operator.talk is None or operator.talk.since <= at:
                    operator.talk = talk
            case OperatorLegEnded(leg_id=leg_id):
                talk_now = self._talks.get(record.subject)
                if talk_now is not None and talk_now.leg_id == leg_id:
                    self._talk_ends(record.subject, at)
            case CallEnded():
                self._talk_ends(record.subject, at)
                for leg_id in tuple(self._ears.get(record.subject, ())):
                    self._ear_ends(record.subject, leg_id, at)
            case SupervisorHeard() as heard:
                self._heard(record.subject, heard)
            case SupervisorLegEnded(leg_id=leg_id):
                self._ear_ends(record.subject, leg_id, at)
            case SupervisionStarted() as started:
                self._started(record, started, at)
            case OperatorPut() as put:
                operator = self._operator(record.tenant_id, put.operator_id)
                operator.team_id, operator.client_ids = put.team_id, frozenset(put.client_ids)
                if operator.known_since is None:
                    operator.known_since = at

    def counted(self, window: Window, team_id: str = "") -> list[Counted]:
        """Every operator of the team, or of all teams, who serves or served these companies."""
        return [
            counted
            for operator_id, operator in self._tenants.get(window.tenant_id, {}).items()
            if (not team_id or operator.team_id == team_id)
            and (counted := _counted(operator_id, operator, window)) is not None
        ]

    def _operator(self, tenant_id: str, operator_id: str) -> _Operator:
        tenant = self._tenants.setdefault(tenant_id, {})
        operator = tenant.get(operator_id)
        if operator is None:
            operator = tenant[operator_id] = _Operator()
        return operator

    def _session(self, supervision_id: str, at: float) -> _Session:
        """What is known of a supervision; the other half may come much later, or never."""
        session = self._sessions.get(supervision_id)
        if session is None:
            for old_id in list(self._old(at)):
                del self._sessions[old_id]
            session = self._sessions[supervision_id] = _Session(at)
        return session

    def _old(self, at: float) -> Iterator[str]:
        for supervision_id, session in self._sessions.items():
            if session.since >= at - KEEP_DAYS * DAY_S:
                return
            yield supervision_id

    def _started(
        self, record: Recorded[SupervisionStarted], started: SupervisionStarted, at: float
    ) -> None:
        session = self._session(record.subject, at)
        session.operator = self._operator(record.tenant_id, started.operator_id)
        session.client_id = record.client_id or ""
        session.supervisor_id = started.supervisor_id
        session.helps = started.purpose is Purpose.HELP
        _count(session)

    def _heard(self, contact_id: str, heard: SupervisorHeard) -> None:
        at = heard.applied_at.timestamp()
        session = self._session(heard.supervision_id, at)
        ears = self._ears.setdefault(contact_id, {})
        ears.setdefault(heard.leg_id, (session, at))
        session.heard_at = at if session.heard_at is None else session.heard_at
        _count(session)

    def _ear_ends(self, contact_id: str, leg_id: str, at: float) -> None:
        ears = self._ears.get(contact_id)
        if ears is None or leg_id not in ears:
            return
        session, since = ears.pop(leg_id)
        session.heard_s += max(0.0, at - since)
        if not ears:
            del self._ears[contact_id]

    def _talk_ends(self, contact_id: str, at: float) -> None:
        talk = self._talks.pop(contact_id, None)
        if talk is None:
            return
        talk.operator.talked(talk.client_id, at, max(0.0, at - talk.since))
        if talk.operator.talk is talk:
            talk.operator.talk = None


def _count(session: _Session) -> None:
    """Counts a session when both halves are known, once."""
    if session.operator is None or session.heard_at is None or session.counted:
        return
    session.counted = True
    session.operator.monitored(session, session.heard_at)


def _counted(operator_id: str, operator: _Operator, window: Window) -> Counted | None:
    """The operator in the window, of the companies that may be seen; None: none of theirs."""
    first_hour = int(window.since // HOUR_S)
    sessions = [
        (heard_at, session)
        for session in operator.sessions
        if session.client_id in window.client_ids
        and (heard_at := session.heard_at) is not None
        and window.since <= heard_at <= window.until
    ]
    hours = [operator.talk_s[each] for each in window.client_ids if each in operator.talk_s]
    talk_s = sum(s for by_hour in hours for hour, s in by_hour.items() if hour >= first_hour)
    if not (sessions or hours or operator.client_ids & window.client_ids):
        return None
    imposed = [(heard_at, session) for heard_at, session in sessions if not session.helps]
    covered = [at for each, at in operator.covered_at.items() if each in window.client_ids]
    known_since = window.until if operator.known_since is None else operator.known_since
    talk = operator.talk
    return Counted(
        operator_id=operator_id,
        team_id=operator.team_id,
        known_days=max(0.0, window.until - known_since) / DAY_S,
        talk_s=talk_s,
        imposed=Counter(session.supervisor_id for _, session in imposed),
        imposed_s=sum(session.heard_s for _, session in imposed),
        helped=len(sessions) - len(imposed),
        covered_days_ago=max(0.0, window.until - max(covered)) / DAY_S if covered else None,
        last_day=sum(heard_at > window.until - DAY_S for heard_at, _ in imposed),
        contact_id=talk.contact_id if talk and talk.client_id in window.client_ids else "",
    )
