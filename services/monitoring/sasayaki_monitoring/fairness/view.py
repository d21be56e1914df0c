"""Who talked, who was monitored by whom and how long: a view folded record by record.

A session is one supervisor on one call: whoever goes from call to call has several. It counts once
the supervisor was really heard in the mix (`SupervisorHeard`); why it took place stands in another
topic, so the two halves wait for each other in either order.
"""

from collections import Counter, deque
from collections.abc import MutableMapping
from dataclasses import dataclass, field, replace
from typing import Any, Protocol, TypeAlias, TypeVar

from sasayaki.event import Recorded
from sasayaki.media.v1.call_events import (
    CallEnded,
    OperatorLegEnded,
    SupervisorHeard,
    SupervisorLegEnded,
    TalkStarted,
)
from sasayaki.monitoring.v1.policy_events import SupervisionPolicySet
from sasayaki.monitoring.v1.supervision_events import (
    ConsentAnswer,
    ConsentAnswered,
    ConsentRequested,
    Purpose,
    SupervisionEnded,
    SupervisionStarted,
    TargetSwitched,
)
from sasayaki.routing.v1.pool_events import OperatorPut
from sasayaki_monitoring.fairness.assess import Counted
from sasayaki_monitoring.policy.policy import Supervised
from sasayaki_monitoring.supervision.supervision import LIMITED

HOUR_S = 3600
DAY_S = 24 * HOUR_S
KEEP_DAYS = 92
"""Older talk and sessions are forgotten; that somebody was covered once is not."""
DAILY_LIMIT = Supervised().daily_limit
"""Of a client company that has set none."""

_Key: TypeAlias = tuple[str, str]
"""Supervision and contact."""


@dataclass(slots=True)
class _Supervision:
    """Who and why, whichever call it is; the operator is the one who is asked for consent."""

    since: float
    supervisor_id: str
    purpose: Purpose
    operator: "_Operator"


@dataclass(slots=True)
class _Session:
    """One supervisor on one call as far as it is known; instants in seconds since 1970."""

    since: float
    operator: "_Operator | None" = None
    client_id: str = ""
    supervisor_id: str = ""
    purpose: Purpose = Purpose.UNSPECIFIED
    heard_at: float | None = None
    heard_s: float = 0.0
    counted: bool = False


@dataclass(slots=True)
class _Talk:
    operator: "_Operator"
    contact_id: str
    client_id: str
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
    answer: tuple[ConsentAnswer, float] | None = None
    """What they last said when they were asked for consent, and when."""

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
        if session.purpose is not Purpose.HELP:
            last = self.covered_at.get(session.client_id, at)
            self.covered_at[session.client_id] = max(last, at)


@dataclass(frozen=True, slots=True)
class Window:
    """What is asked for: whose, of which client companies, from when until when.

    `today`: when the centre's present day began.
    """

    tenant_id: str
    client_ids: frozenset[str]
    since: float
    until: float
    today: float


class FairnessView:
    """Operators of every tenant; a record costs microseconds, a question one pass over a tenant."""

    topics: tuple[str, ...] = (
        "media.call",
        "monitoring.policy",
        "monitoring.supervision",
        "routing.pool",
    )

    def __init__(self) -> None:
        self._limits: dict[tuple[str, str], int] = {}
        """By tenant and client company."""
        self._supervisions: dict[str, _Supervision] = {}
        self._tenants: dict[str, dict[str, _Operator]] = {}
        self._talks: dict[str, dict[str, _Talk]] = {}
        """By contact and leg: one operator usually, more in a consultation."""
        self._sessions: dict[_Key, _Session] = {}
        self._ears: dict[str, dict[str, tuple[_Session, float]]] = {}
        """By contact and leg: whom a supervisor hears now, and since when."""

    def fold(self, record: Recorded[Any]) -> None:
        at = record.time.timestamp()
        match record.data:
            case TalkStarted(operator_id=operator_id, leg_id=leg_id) if operator_id:
                self._talk_ends(record.subject, leg_id, at)
                operator = self._operator(record.tenant_id, operator_id)
                talk = _Talk(operator, record.subject, record.client_id or "", at)
                self._talks.setdefault(record.subject, {})[leg_id] = talk
                # Calls come in no common order: in a replay an earlier one may come later.
                if operator.talk is None or operator.talk.since <= at:
                    operator.talk = talk
            case OperatorLegEnded(leg_id=leg_id):
                self._talk_ends(record.subject, leg_id, at)
            case CallEnded():
                for leg_id in tuple(self._talks.get(record.subject, ())):
                    self._talk_ends(record.subject, leg_id, at)
                for leg_id in tuple(self._ears.get(record.subject, ())):
                    self._ear_ends(record.subject, leg_id, at)
            case SupervisorHeard() as heard:
                self._heard(record.subject, heard)
            case SupervisorLegEnded(leg_id=leg_id, left_at=left_at):
                left = at if left_at is None else left_at.timestamp()
                self._ear_ends(record.subject, leg_id, left)
            case SupervisionPolicySet(client_id=client_id, daily_limit=daily_limit):
                self._limits[record.tenant_id, client_id] = daily_limit
            case OperatorPut() as put:
                operator = self._operator(record.tenant_id, put.operator_id)
                operator.team_id, operator.client_ids = put.team_id, frozenset(put.client_ids)
                if operator.known_since is None:
                    operator.known_since = at
            case _:
                self._of_a_supervision(record, at)

    def counted(self, window: Window, team_id: str = "") -> list[Counted]:
        """Every operator of the team, or of all teams, who serves or served these companies."""
        return [
            replace(counted, daily_limit=self._limit(window, operator))
            for operator_id, operator in self._tenants.get(window.tenant_id, {}).items()
            if (not team_id or operator.team_id == team_id)
            and (counted := _counted(operator_id, operator, window)) is not None
        ]

    def teams(self) -> dict[tuple[str, str], frozenset[str]]:
        """Every tenant's teams, each with all client companies of the tenant."""
        found: dict[tuple[str, str], frozenset[str]] = {}
        for tenant_id, operators in self._tenants.items():
            served = (each.client_ids.union(each.talk_s) for each in operators.values())
            client_ids = frozenset[str]().union(*served)
            found |= {
                (tenant_id, operator.team_id): client_ids
                for operator in operators.values()
                if operator.team_id
            }
        return found

    def _limit(self, window: Window, operator: _Operator) -> int:
        """The least daily limit of the companies that the operator works for."""
        serves = operator.client_ids & window.client_ids or window.client_ids
        limits = (self._limits.get((window.tenant_id, each), DAILY_LIMIT) for each in serves)
        return min(limits, default=DAILY_LIMIT)

    def _operator(self, tenant_id: str, operator_id: str) -> _Operator:
        tenant = self._tenants.setdefault(tenant_id, {})
        operator = tenant.get(operator_id)
        if operator is None:
            operator = tenant[operator_id] = _Operator()
        return operator

    def _session(self, key: _Key, at: float) -> _Session:
        """What is known of a session; the other half may come much later, or never."""
        session = self._sessions.get(key)
        if session is None:
            _forget_old(self._sessions, at)
            session = self._sessions[key] = _Session(at)
        return session

    def _of_a_supervision(self, record: Recorded[Any], at: float) -> None:
        known = self._supervisions.get(record.subject)
        match record.data:
            case ConsentRequested() | SupervisionStarted() as begun:
                if known is None:
                    _forget_old(self._supervisions, at)
                    operator = self._operator(record.tenant_id, begun.operator_id)
                    known = _Supervision(at, begun.supervisor_id, begun.purpose, operator)
                    self._supervisions[record.subject] = known
                if isinstance(begun, SupervisionStarted):
                    self._on(record, known, begun.contact_id, begun.operator_id)
            case ConsentAnswered(answer=answer) if known is not None:
                known.operator.answer = (answer, at)
            case TargetSwitched(contact_id=contact_id, operator_id=operator_id) if known:
                self._on(record, known, contact_id, operator_id)
            case SupervisionEnded():
                self._supervisions.pop(record.subject, None)

    def _on(
        self, record: Recorded[Any], known: _Supervision, contact_id: str, operator_id: str
    ) -> None:
        """The supervisor is to hear a call: why is known from here on."""
        session = self._session((record.subject, contact_id), record.time.timestamp())
        session.operator = self._operator(record.tenant_id, operator_id)
        session.client_id = record.client_id or ""
        session.supervisor_id, session.purpose = known.supervisor_id, known.purpose
        _count(session)

    def _heard(self, contact_id: str, heard: SupervisorHeard) -> None:
        at = heard.applied_at.timestamp()
        session = self._session((heard.supervision_id, contact_id), at)
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

    def _talk_ends(self, contact_id: str, leg_id: str, at: float) -> None:
        legs = self._talks.get(contact_id)
        talk = legs.pop(leg_id, None) if legs else None
        if talk is None:
            return
        if not legs:
            del self._talks[contact_id]
        talk.operator.talked(talk.client_id, at, max(0.0, at - talk.since))
        if talk.operator.talk is talk:
            talk.operator.talk = None


class _Since(Protocol):
    since: float


_K = TypeVar("_K")
_V = TypeVar("_V", bound=_Since)


def _forget_old(kept: MutableMapping[_K, _V], at: float) -> None:
    """Lets go what is older than is kept; the oldest comes first."""
    while kept and next(iter(kept.values())).since < at - KEEP_DAYS * DAY_S:
        del kept[next(iter(kept))]


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
    talk_s = sum(
        s
        for by_hour in hours
        for hour, s in by_hour.items()
        if first_hour <= hour and hour * HOUR_S < window.until
    )
    if not (sessions or hours or operator.client_ids & window.client_ids):
        return None
    imposed = [
        (heard_at, session) for heard_at, session in sessions if session.purpose is not Purpose.HELP
    ]
    covered = [at for each, at in operator.covered_at.items() if each in window.client_ids]
    answer, answered_at = operator.answer or (None, 0.0)
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
        today=sum(
            heard_at >= window.today and session.purpose in LIMITED
            for heard_at, session in sessions
        ),
        answer=answer if window.today <= answered_at <= window.until else None,
        contact_id=talk.contact_id if talk and talk.client_id in window.client_ids else "",
    )
