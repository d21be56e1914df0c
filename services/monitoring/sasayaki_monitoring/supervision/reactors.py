"""What monitoring asks of others, and of itself, when something has happened."""

from collections.abc import Iterable, Iterator
from typing import Any

from google.protobuf.message import Message

from sasayaki.event import Recorded
from sasayaki.media.v1 import call_events_pb2
from sasayaki.media.v1 import media_service_pb2 as media
from sasayaki.media.v1.call_events import (
    CallEnded,
    LegEndReason,
    SupervisionMode,
    SupervisorLegEnded,
)
from sasayaki.monitoring.v1 import monitoring_service_pb2 as monitoring
from sasayaki.monitoring.v1 import supervision_events_pb2
from sasayaki.monitoring.v1.supervision_events import (
    SupervisionEnded,
    SupervisionEndReason,
    SupervisionModeChanged,
    SupervisionStarted,
)

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


class SteerMedia:
    """Makes the mix follow what was decided: one record in, the requests it calls for out."""

    name = "steer-media"
    topics: tuple[str, ...] = ("monitoring.supervision",)
    # `EndWithCall` is about to end the supervision.
    moot = frozenset(("CALL_ENDED", "CALL_ENDING"))

    def __init__(self) -> None:
        self._started: dict[str, SupervisionStarted] = {}

    def react(self, record: Recorded[Any]) -> Iterable[Message]:
        match record.data:
            case SupervisionStarted(mode=mode) as started:
                self._started[record.subject] = started
                yield _supervise(record.subject, started, mode)
            case SupervisionModeChanged(mode=mode):
                yield _supervise(record.subject, self._started[record.subject], mode)
            case SupervisionEnded():
                started = self._started.pop(record.subject)
                yield media.UnsuperviseRequest(
                    contact_id=started.contact_id, supervision_id=record.subject
                )


def _supervise(
    supervision_id: str, started: SupervisionStarted, mode: SupervisionMode
) -> media.SuperviseRequest:
    return media.SuperviseRequest(
        contact_id=started.contact_id,
        supervision_id=supervision_id,
        supervisor_id=started.supervisor_id,
        mode=call_events_pb2.SupervisionMode.Value(mode.value),
    )


class EndWithCall:
    """A supervision ends when its call does, or when the supervisor's phone is gone.

    The two topics come in no common order: a supervision that starts when its call has ended
    already ends at once.
    """

    name = "end-with-call"
    topics: tuple[str, ...] = ("media.call", "monitoring.supervision")

    def __init__(self) -> None:
        self._open: dict[str, set[str]] = {}
        self._contacts: dict[str, str] = {}
        self._ended: dict[str, None] = {}

    def react(self, record: Recorded[Any]) -> Iterable[Message]:
        match record.data:
            case SupervisionStarted(contact_id=contact_id):
                yield from self._started(record.subject, contact_id)
            case SupervisionEnded():
                self._over(record.subject)
            case CallEnded():
                self._remember(record.subject)
                for supervision_id in sorted(self._open.get(record.subject, ())):
                    yield _end(supervision_id, SupervisionEndReason.CALL_ENDED)
            case SupervisorLegEnded(supervision_id=supervision_id, reason=reason):
                if reason in PHONE_LOST:
                    yield _end(supervision_id, SupervisionEndReason.PHONE_LOST)

    def _started(self, supervision_id: str, contact_id: str) -> Iterator[Message]:
        if contact_id in self._ended:
            yield _end(supervision_id, SupervisionEndReason.CALL_ENDED)
            return
        self._open.setdefault(contact_id, set()).add(supervision_id)
        self._contacts[supervision_id] = contact_id

    def _over(self, supervision_id: str) -> None:
        contact_id = self._contacts.pop(supervision_id, None)
        if contact_id is not None:
            self._open[contact_id].discard(supervision_id)
            if not self._open[contact_id]:
                del self._open[contact_id]

    def _remember(self, contact_id: str) -> None:
        self._ended[contact_id] = None
        if len(self._ended) > ENDED_MOST:
            del self._ended[next(iter(self._ended))]


def _end(supervision_id: str, reason: SupervisionEndReason) -> monitoring.EndSupervisionRequest:
    return monitoring.EndSupervisionRequest(
        supervision_id=supervision_id,
        reason=supervision_events_pb2.SupervisionEndReason.Value(reason.value),
    )
