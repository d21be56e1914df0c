"""Which supervisions end by what happens elsewhere: the call, the operator, the supervisor's phone.

Topics come in no common order: each record is taken also when its other half was not read yet.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias

from google.protobuf.message import Message

from sasayaki.event import Recorded
from sasayaki.media.v1.call_events import (
    CallEnded,
    LegEndReason,
    OperatorLegEnded,
    SupervisorLegEnded,
    TalkStarted,
)
from sasayaki.media.v1.phone_events import PhoneConnected, PhoneGone
from sasayaki.monitoring.v1 import monitoring_service_pb2 as monitoring
from sasayaki.monitoring.v1 import supervision_events_pb2
from sasayaki.monitoring.v1.supervision_events import (
    ConsentRequested,
    OperatorAwaited,
    SupervisionEnded,
    SupervisionEndReason,
    SupervisionStarted,
    TargetSwitched,
)
from sasayaki_chassis.reactor import Reactor
from sasayaki_monitoring.floor.legs import Legs
from sasayaki_monitoring.remembered import Remembered

PHONE_LOST = frozenset(
    (
        LegEndReason.HUNG_UP,
        LegEndReason.REFUSED,
        LegEndReason.UNREACHABLE,
        LegEndReason.NO_ANSWER,
        LegEndReason.FAILED,
    )
)
"""Ends of a supervisor's leg that nobody ordered."""
ENDED_MOST = 10_000
"""Ended calls remembered; a supervision that started just before its call ended comes later."""
Operator: TypeAlias = tuple[str, str]
"""Tenant and user id."""


@dataclass(slots=True)
class _Held:
    """A supervision, or a question for one, and what it lasts with."""

    contact_id: str
    supervisor: Operator
    operator_id: str
    since: datetime
    awaiting: bool = False


class EndWithCall(Reactor):
    """A supervision ends when its call does, or when the supervisor's phone is gone.

    It is one of an operator's: it ends too when that operator leaves and the call goes on with
    another, who was not asked whether they may be heard.

    A leg that ended because the phone moved to another call ends nothing. While an operator's next
    call is awaited there is no leg: then the phone itself is watched.
    """

    name = "end-with-call"
    topics: tuple[str, ...] = ("media.call", "media.phone", "monitoring.supervision")

    def __init__(self) -> None:
        self._held: dict[str, _Held] = {}
        self._on: dict[str, set[str]] = {}
        self._legs = Legs()
        self._ended = Remembered[str, None]("calls of supervisions", ENDED_MOST)
        self._phones: dict[str, Operator] = {}
        self._gone: dict[Operator, datetime] = {}

    def react(self, record: Recorded[Any]) -> Iterable[Message]:
        supervision_id, now = record.subject, record.time
        match record.data:
            case SupervisionStarted() | ConsentRequested() as begun:
                supervisor = (record.tenant_id, begun.supervisor_id)
                held = _Held(begun.contact_id, supervisor, begun.operator_id, now)
                yield from self._goes_on(supervision_id, held)
            case TargetSwitched(contact_id=contact_id, operator_id=operator_id):
                if (before := self._held.get(supervision_id)) is not None:
                    held = _Held(contact_id, before.supervisor, operator_id, now)
                    yield from self._goes_on(supervision_id, held)
            case OperatorAwaited():
                yield from self._awaits(supervision_id)
            case SupervisionEnded():
                self._leaves(supervision_id)
            case TalkStarted():
                self._legs.fold(record)
            case OperatorLegEnded():
                self._legs.fold(record)
                yield from self._operator_left(record, record.data)
            case CallEnded():
                self._legs.fold(record)
                self._ended[record.subject] = None
                for each in sorted(self._on.get(record.subject, ())):
                    yield _end(each, SupervisionEndReason.CALL_ENDED, record.subject)
            case SupervisorLegEnded(supervision_id=whose, reason=reason):
                if reason in PHONE_LOST:
                    yield _end(whose, SupervisionEndReason.PHONE_LOST, record.subject)
            case PhoneConnected(user_id=user_id):
                self._phones[record.subject] = (record.tenant_id, user_id)
            case PhoneGone():
                yield from self._phone_gone(record.subject, now)

    def _operator_left(self, record: Recorded[Any], ended: OperatorLegEnded) -> Iterator[Message]:
        """Handed over, or left to a colleague; one of before the supervision is none of it."""
        contact_id = record.subject
        handed_over = ended.reason is LegEndReason.TRANSFERRED
        if not handed_over and not self._legs.of(contact_id):
            return  # taken over, or the call is about to end
        for each in sorted(self._on.get(contact_id, ())):
            held = self._held[each]
            if held.operator_id == ended.operator_id and held.since <= record.time:
                yield _end(each, SupervisionEndReason.CALL_ENDED, contact_id)

    def _goes_on(self, supervision_id: str, held: _Held) -> Iterator[Message]:
        self._leaves(supervision_id)
        self._held[supervision_id] = held
        if held.contact_id in self._ended:
            yield _end(supervision_id, SupervisionEndReason.CALL_ENDED, held.contact_id)
        else:
            self._on.setdefault(held.contact_id, set()).add(supervision_id)

    def _awaits(self, supervision_id: str) -> Iterator[Message]:
        held = self._held.get(supervision_id)
        if held is None:
            return
        held.awaiting = True
        gone_at = self._gone.get(held.supervisor)
        if gone_at is not None and gone_at >= held.since:
            yield _end(supervision_id, SupervisionEndReason.PHONE_LOST, held.contact_id)

    def _leaves(self, supervision_id: str) -> None:
        held = self._held.pop(supervision_id, None)
        if held is not None and (there := self._on.get(held.contact_id)) is not None:
            there.discard(supervision_id)
            if not there:
                del self._on[held.contact_id]

    def _phone_gone(self, phone_id: str, now: datetime) -> Iterator[Message]:
        """One that was gone before the supervision began was not its phone."""
        supervisor = self._phones.pop(phone_id, None)
        if supervisor is None:
            return
        self._gone[supervisor] = now
        for supervision_id, held in self._held.items():
            if held.awaiting and held.supervisor == supervisor and now >= held.since:
                yield _end(supervision_id, SupervisionEndReason.PHONE_LOST, held.contact_id)


def _end(
    supervision_id: str, reason: SupervisionEndReason, contact_id: str
) -> monitoring.EndSupervisionRequest:
    return monitoring.EndSupervisionRequest(
        supervision_id=supervision_id,
        reason=supervision_events_pb2.SupervisionEndReason.Value(reason.value),
        contact_id=contact_id,
    )
