"""Messages and escalations as they stand, for lists: a view of two topics, words still sealed."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Generic, TypeAlias, TypeVar

from prometheus_client import Counter, Gauge

from sasayaki.callreason.v1.escalation_events import (
    EscalationAnswered,
    EscalationClosed,
    EscalationLevel,
    EscalationOverdue,
    EscalationPassedOn,
    EscalationRaised,
    EscalationTaken,
)
from sasayaki.callreason.v1.message_events import MessageRead, MessageSettled, MessageTaken
from sasayaki.event import Recorded

CASES_MOST = 50_000
"""Messages, as many escalations, as many handovers; beyond that one that is over goes first."""
LOOKED_THROUGH_MOST = 1_000
"""Among the oldest, for one that is over."""

FORGOTTEN = Counter(
    "sasayaki_callreason_cases_forgotten_total",
    "Messages, escalations and handovers that are listed no more.",
    ("kind",),
)
OPEN = Gauge(
    "sasayaki_callreason_cases_open", "Messages, escalations and handovers not over.", ("kind",)
)
UNREAD = Counter(
    "sasayaki_callreason_handover_readers_refused_total",
    "Readers of a handover that were not noted because too many have read it.",
)
OVERDUE = Counter(
    "sasayaki_callreason_escalations_overdue_total", "Escalations without an answer in time."
)


@dataclass(slots=True, kw_only=True)
class Message:
    """A message; empty text where nobody has."""

    message_id: str
    tenant_id: str
    client_id: str
    taken: MessageTaken
    taken_at: datetime
    read_by: str = ""
    settled_by: str = ""
    words_sealed: str = ""

    @property
    def contact_id(self) -> str:
        return self.taken.contact_id

    @property
    def is_over(self) -> bool:
        return bool(self.settled_by)


@dataclass(frozen=True, slots=True)
class Words:
    """What somebody said, sealed; `to_specialists`: from the passing on, which they may read."""

    user_id: str
    at: datetime
    sealed: str
    to_specialists: bool


@dataclass(slots=True, kw_only=True)
class Escalation:
    """An escalation; `taken_by` is empty while nobody deals with it on its level."""

    escalation_id: str
    tenant_id: str
    client_id: str
    raised: EscalationRaised
    raised_at: datetime
    words: list[Words] = field(default_factory=list)
    level: EscalationLevel = EscalationLevel.SUPERVISOR
    taken_by: str = ""
    overdue: bool = False
    closed: bool = False

    @property
    def contact_id(self) -> str:
        return self.raised.contact_id

    @property
    def is_over(self) -> bool:
        return self.closed


Case = TypeVar("Case", Message, Escalation)
Owned: TypeAlias = tuple[str, str]
"""Tenant and client company."""


class Shelf(Generic[Case]):
    """Cases by id, oldest first, and by whose they are."""

    def __init__(self, kind: str, most: int) -> None:
        self._kind = kind
        self._most = most
        self._cases: dict[str, Case] = {}
        self._of: dict[Owned, dict[str, Case]] = {}
        self._about: dict[str, dict[str, Case]] = {}

    def __iter__(self) -> Iterator[Case]:
        return iter(self._cases.values())

    def get(self, case_id: str) -> Case | None:
        return self._cases.get(case_id)

    def of(self, tenant_id: str, client_id: str) -> Sequence[Case]:
        return tuple(self._of.get((tenant_id, client_id), {}).values())

    def is_open(self, contact_id: str) -> bool:
        """Whether any case of a contact is not over."""
        return any(not case.is_over for case in self._about.get(contact_id, {}).values())

    def put(self, case_id: str, case: Case) -> None:
        if len(self._cases) >= self._most:
            self._forget()
        self._cases[case_id] = case
        self._of.setdefault((case.tenant_id, case.client_id), {})[case_id] = case
        self._about.setdefault(case.contact_id, {})[case_id] = case

    def open(self) -> int:
        return sum(not case.is_over for case in self)

    def _forget(self) -> None:
        """Lets the oldest go that is over, or the oldest if few are."""
        oldest = next(iter(self._cases))
        gone = oldest
        for looked, (case_id, case) in enumerate(self._cases.items()):
            if case.is_over:
                gone = case_id
                break
            if looked >= LOOKED_THROUGH_MOST:
                break
        case = self._cases.pop(gone)
        del self._of[case.tenant_id, case.client_id][gone]
        del self._about[case.contact_id][gone]
        if not self._about[case.contact_id]:
            del self._about[case.contact_id]
        FORGOTTEN.labels(self._kind).inc()


class CaseView:
    """What was taken down and escalated, of every tenant.

    Counters count what happened since `started_at`: a replay must not look like a rush.
    """

    topics: tuple[str, ...] = ("callreason.message", "callreason.escalation")

    def __init__(self, started_at: datetime, most: int = CASES_MOST) -> None:
        self._started_at = started_at
        self.messages: Shelf[Message] = Shelf("message", most)
        self.escalations: Shelf[Escalation] = Shelf("escalation", most)

    def fold(self, record: Recorded[Any]) -> None:
        match record.data:
            case MessageTaken() as taken:
                self._message_taken(record, taken)
            case EscalationRaised() as raised:
                self._raised(record, raised)
            case MessageRead() | MessageSettled():
                if (message := self.messages.get(record.subject)) is not None:
                    _message_goes_on(message, record.data)
            case _:
                if (escalation := self.escalations.get(record.subject)) is not None:
                    self._goes_on(escalation, record)

    def _message_taken(self, record: Recorded[Any], taken: MessageTaken) -> None:
        if self.messages.get(record.subject) is None:
            message = Message(
                message_id=record.subject,
                tenant_id=record.tenant_id,
                client_id=record.client_id or "",
                taken=taken,
                taken_at=record.time,
            )
            self.messages.put(record.subject, message)

    def _raised(self, record: Recorded[Any], raised: EscalationRaised) -> None:
        if self.escalations.get(record.subject) is None:
            escalation = Escalation(
                escalation_id=record.subject,
                tenant_id=record.tenant_id,
                client_id=record.client_id or "",
                raised=raised,
                raised_at=record.time,
            )
            escalation.words.append(
                Words(raised.operator_id, record.time, raised.words_sealed, to_specialists=False)
            )
            self.escalations.put(record.subject, escalation)

    def _goes_on(self, escalation: Escalation, record: Recorded[Any]) -> None:
        match record.data:
            case EscalationTaken(user_id=user_id):
                escalation.taken_by = user_id
            case EscalationPassedOn() | EscalationAnswered() as said:
                if isinstance(said, EscalationPassedOn):
                    escalation.level, escalation.taken_by = EscalationLevel.SPECIALIST, ""
                with_them = escalation.level is EscalationLevel.SPECIALIST
                words = Words(said.user_id, record.time, said.words_sealed, with_them)
                if words not in escalation.words:
                    escalation.words.append(words)
            case EscalationClosed():
                escalation.closed = True
            case EscalationOverdue():
                escalation.overdue = True
                if record.time >= self._started_at:
                    OVERDUE.inc()


def _message_goes_on(message: Message, event: MessageRead | MessageSettled) -> None:
    if isinstance(event, MessageRead):
        message.read_by = event.user_id
    else:
        message.settled_by, message.words_sealed = event.user_id, event.words_sealed


def show(view: CaseView) -> None:
    """Has the gauges read the view whenever they are asked for."""
    OPEN.labels("message").set_function(view.messages.open)
    OPEN.labels("escalation").set_function(view.escalations.open)
