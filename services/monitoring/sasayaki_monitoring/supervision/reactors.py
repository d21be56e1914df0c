"""What monitoring asks of media, and of itself, when something has happened.

Topics come in no common order, so each reactor stands a record whose other half it has not read.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeAlias

from google.protobuf.message import Message

from sasayaki.event import Recorded
from sasayaki.media.v1 import call_events_pb2
from sasayaki.media.v1 import media_service_pb2 as media
from sasayaki.media.v1.call_events import (
    CallEnded,
    LegEndReason,
    OperatorLegEnded,
    SupervisionMode,
    SupervisorLegEnded,
    TalkStarted,
)
from sasayaki.media.v1.phone_events import PhoneConnected, PhoneGone
from sasayaki.monitoring.v1 import monitoring_service_pb2 as monitoring
from sasayaki.monitoring.v1 import supervision_events_pb2
from sasayaki.monitoring.v1.supervision_events import (
    ConsentRequested,
    FollowingSet,
    OperatorAwaited,
    SupervisionEnded,
    SupervisionEndReason,
    SupervisionModeChanged,
    SupervisionStarted,
    TargetSwitched,
)
from sasayaki_monitoring.floor.legs import Legs

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

LANES_MOST = 10_000
"""Supervisions whose supervisor is remembered for the order of requests; beyond, their own."""

Operator: TypeAlias = tuple[str, str]
"""Tenant and user id."""


@dataclass(slots=True)
class _Steered:
    """A supervision as media has to know it."""

    contact_id: str
    supervisor_id: str
    tenant_id: str
    since: datetime
    mode: SupervisionMode
    asked_to_keep: bool
    following: bool
    awaiting: bool = False
    left: list[str] = field(default_factory=list)
    """Calls that the supervisor went away from: media ends those legs when the phone moves."""

    @property
    def keep_phone(self) -> bool:
        return self.asked_to_keep or self.following

    def supervise(self, supervision_id: str) -> media.SuperviseRequest:
        return media.SuperviseRequest(
            contact_id=self.contact_id,
            supervision_id=supervision_id,
            supervisor_id=self.supervisor_id,
            mode=call_events_pb2.SupervisionMode.Value(self.mode.value),
            keep_phone=self.keep_phone,
        )

    def unsupervise_left(self, supervision_id: str) -> Iterator[Message]:
        """If the call that they went to was over already, the phone never moved."""
        for contact_id in self.left:
            yield media.UnsuperviseRequest(contact_id=contact_id, supervision_id=supervision_id)
        self.left.clear()


class SteerMedia:
    """Makes the mix follow what was decided: one record in, the requests it calls for out.

    Before `SupervisionStarted` nothing is asked of media: a question for consent is not one.
    A supervisor is in one supervision at a time, but two of them are two streams: what is asked
    for one supervisor goes out in order, and the later start is the end of the earlier supervision
    even if that end is read afterwards.
    """

    name = "steer-media"
    topics: tuple[str, ...] = ("monitoring.supervision",)
    # `EndWithCall` is about to end the supervision, or has the next call awaited.
    moot = frozenset(("CALL_ENDED", "CALL_ENDING", "NOT_TALKING"))

    def __init__(self) -> None:
        self._steered: dict[str, _Steered] = {}
        self._lanes: dict[str, str] = {}

    def lane(self, record: Recorded[Any]) -> str:
        return self._lanes.get(record.subject, record.subject)

    def react(self, record: Recorded[Any]) -> Iterable[Message]:
        if isinstance(record.data, SupervisionStarted):
            yield from self._started(record, record.data)
            return
        steered = self._steered.get(record.subject)
        if steered is None:
            return
        match record.data:
            case SupervisionModeChanged(mode=mode):
                steered.mode = mode
                yield steered.supervise(record.subject)
            case TargetSwitched(contact_id=contact_id, mode=mode):
                if not steered.awaiting:
                    steered.left.append(steered.contact_id)
                steered.contact_id, steered.mode, steered.awaiting = contact_id, mode, False
                yield steered.supervise(record.subject)
            case FollowingSet(following=following):
                yield from _following(record.subject, steered, following)
            case OperatorAwaited():
                # The call may go on with another operator, who was not asked: it is left too.
                steered.awaiting = True
                steered.left.append(steered.contact_id)
                yield from steered.unsupervise_left(record.subject)
            case SupervisionEnded():
                del self._steered[record.subject]
                yield from _ended(record.subject, steered)

    def _started(self, record: Recorded[Any], started: SupervisionStarted) -> Iterator[Message]:
        steered = _Steered(
            started.contact_id,
            started.supervisor_id,
            record.tenant_id,
            record.time,
            started.mode,
            asked_to_keep=bool(started.keep_phone),
            following=bool(started.following),
        )
        self._remember_lane(record.subject, f"{record.tenant_id} {started.supervisor_id}")
        for other_id, other in self._others(steered):
            if other.since > steered.since:
                return  # over already: its end is still to be read
            del self._steered[other_id]
            yield from _ended(other_id, other)
        self._steered[record.subject] = steered
        yield steered.supervise(record.subject)

    def _others(self, steered: _Steered) -> list[tuple[str, _Steered]]:
        """What else is known to be under way of the same supervisor."""
        who = (steered.tenant_id, steered.supervisor_id)
        return [
            (other_id, other)
            for other_id, other in self._steered.items()
            if (other.tenant_id, other.supervisor_id) == who
        ]

    def _remember_lane(self, supervision_id: str, lane: str) -> None:
        self._lanes[supervision_id] = lane
        if len(self._lanes) > LANES_MOST:
            del self._lanes[next(iter(self._lanes))]


def _following(supervision_id: str, steered: _Steered, following: bool) -> Iterator[Message]:
    """Media is told when it changes what becomes of the phone."""
    before = steered.keep_phone
    steered.following = following
    if steered.keep_phone is not before and not steered.awaiting:
        yield steered.supervise(supervision_id)


def _ended(supervision_id: str, steered: _Steered) -> Iterator[Message]:
    """Off the call; a phone that was kept for the next call alone is hung up."""
    yield from steered.unsupervise_left(supervision_id)
    if not steered.awaiting:
        yield media.UnsuperviseRequest(contact_id=steered.contact_id, supervision_id=supervision_id)
    if (steered.awaiting or steered.following) and not steered.asked_to_keep:
        yield media.ReleasePhoneRequest(user_id=steered.supervisor_id)


@dataclass(slots=True)
class _Held:
    """A supervision, or a question for one, and what it lasts with."""

    contact_id: str
    supervisor: Operator
    operator_id: str
    since: datetime
    awaiting: bool = False


class EndWithCall:
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
        self._ended: dict[str, None] = {}
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
                self._remember(record.subject)
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

    def _remember(self, contact_id: str) -> None:
        self._ended[contact_id] = None
        if len(self._ended) > ENDED_MOST:
            del self._ended[next(iter(self._ended))]


def _end(
    supervision_id: str, reason: SupervisionEndReason, contact_id: str
) -> monitoring.EndSupervisionRequest:
    return monitoring.EndSupervisionRequest(
        supervision_id=supervision_id,
        reason=supervision_events_pb2.SupervisionEndReason.Value(reason.value),
        contact_id=contact_id,
    )
