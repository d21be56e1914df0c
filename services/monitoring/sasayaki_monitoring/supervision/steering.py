"""What is asked of media for a supervision: the mix follows what was decided."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from google.protobuf.message import Message

from sasayaki.event import Recorded
from sasayaki.media.v1 import call_events_pb2
from sasayaki.media.v1 import media_service_pb2 as media
from sasayaki.media.v1.call_events import SupervisionMode
from sasayaki.monitoring.v1.supervision_events import (
    FollowingSet,
    OperatorAwaited,
    SupervisionEnded,
    SupervisionModeChanged,
    SupervisionStarted,
    TargetSwitched,
)
from sasayaki_chassis.reactor import Reactor
from sasayaki_monitoring.remembered import Remembered

LANES_MOST = 10_000
"""Supervisions whose supervisor is remembered for the order of requests; beyond, their own."""


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


class SteerMedia(Reactor):
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
        self._lanes = Remembered[str, str]("supervisors of supervisions", LANES_MOST)

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
        self._lanes[record.subject] = f"{record.tenant_id} {started.supervisor_id}"
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
