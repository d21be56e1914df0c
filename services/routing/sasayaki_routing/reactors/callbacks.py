"""Customers who wanted to be called back are called when it is their turn."""

from collections import OrderedDict
from collections.abc import Iterable, Iterator
from typing import Any

from google.protobuf.message import Message

from sasayaki.event import Recorded
from sasayaki.media.v1 import call_events_pb2
from sasayaki.media.v1 import media_service_pb2 as media
from sasayaki.media.v1.call_events import (
    AnswerOrdered,
    CallEnded,
    CallEndReason,
    CallPlaced,
    RecordingPolicy,
)
from sasayaki.media.v1.outbound_events import OutboundRefused
from sasayaki.routing.v1 import pool_events_pb2
from sasayaki.routing.v1 import routing_service_pb2 as routing
from sasayaki.routing.v1.pool_events import (
    CallbackAsked,
    CallbackDone,
    CallbackDue,
    CallbackFailed,
    CallbackFailure,
)
from sasayaki_chassis.reactor import Reactor, request_id

RING_MS_MAX = 30_000
"""Within the time for which the operator is kept free."""
CALLS_MOST = 20_000
"""Calls of which it is known how they were recorded; an older one is called back unrecorded."""

FAILURES = {
    CallEndReason.CUSTOMER_HUNG_UP: CallbackFailure.REFUSED,
    CallEndReason.REFUSED: CallbackFailure.REFUSED,
    CallEndReason.UNREACHABLE: CallbackFailure.UNREACHABLE,
    CallEndReason.FAILED: CallbackFailure.UNREACHABLE,
    CallEndReason.NODE_LOST: CallbackFailure.UNREACHABLE,
}
"""Any other end: no answer."""


class CallBack(Reactor):
    """The turn of a callback is media's to call, and how that goes comes back to the pool."""

    name = "call-back"
    topics: tuple[str, ...] = ("routing.pool", "media.call", "media.outbound")
    # Media refuses what no rule allows by an event, which this reactor follows.
    moot = frozenset(("OUTBOUND_REFUSED",))

    def __init__(self) -> None:
        self._numbers: dict[str, str] = {}
        """By contact that is to be called back: the number, sealed; empty: the caller's."""
        self._asked: dict[str, str] = {}
        """Who is being called, by the request for it: at most one for each operator."""
        self._recorded: OrderedDict[str, RecordingPolicy] = OrderedDict()
        self._placed: dict[str, str] = {}
        """Whom a call that goes on calls back, by its contact."""

    def lane(self, record: Recorded[Any]) -> str:
        return getattr(record.data, "contact_id", record.subject)

    def react(self, record: Recorded[Any]) -> Iterator[Message]:
        match record.data:
            case CallbackAsked(contact_id=contact_id, number_sealed=number_sealed):
                self._numbers[contact_id] = number_sealed
            case CallbackDue(contact_id=contact_id):
                self._asked[request_id(record.id, self.name, 0)] = contact_id
                policy = self._recorded.get(contact_id, RecordingPolicy.NONE)
                yield media.PlaceCallRequest(
                    client_id=record.client_id or "",
                    previous_contact_id=contact_id,
                    number_sealed=self._numbers.get(contact_id, ""),
                    ring_ms_max=RING_MS_MAX,
                    record=call_events_pb2.RecordingPolicy.Value(policy.value),
                )
            case CallbackDone(contact_id=contact_id):
                self._over(contact_id, given_up=True)
            case CallbackFailed(contact_id=contact_id, retry_at=retry_at):
                self._over(contact_id, given_up=retry_at is None)
            case _:
                yield from self._of_media(record)

    def _of_media(self, record: Recorded[Any]) -> Iterable[Message]:
        match record.data:
            case AnswerOrdered(record=policy):
                self._note_rule(record.subject, policy)
            case CallPlaced(previous_contact_id=previous_id, record=policy) if previous_id:
                # Who is called back may wait again, and wish to be called back once more.
                self._note_rule(record.subject, policy)
                self._placed[record.subject] = previous_id
                placed = routing.AdvanceCallbackRequest.Placed(new_contact_id=record.subject)
                yield routing.AdvanceCallbackRequest(contact_id=previous_id, placed=placed)
            case CallEnded(reason=reason) if record.subject in self._placed:
                previous_id = self._placed.pop(record.subject)
                yield _failed(previous_id, FAILURES.get(reason, CallbackFailure.NO_ANSWER))
            case OutboundRefused():
                # A contact that never began is in nobody's books: the request says whom it was for.
                if previous_id := self._asked.pop(record.causation_id or "", ""):
                    yield _failed(previous_id, CallbackFailure.NOT_ALLOWED)

    def _note_rule(self, contact_id: str, policy: RecordingPolicy) -> None:
        self._recorded[contact_id] = policy
        if len(self._recorded) > CALLS_MOST:
            self._recorded.popitem(last=False)

    def _over(self, contact_id: str, *, given_up: bool) -> None:
        self._asked = {key: each for key, each in self._asked.items() if each != contact_id}
        if given_up:
            self._numbers.pop(contact_id, None)


def _failed(contact_id: str, failure: CallbackFailure) -> routing.AdvanceCallbackRequest:
    wire = pool_events_pb2.CallbackFailure.Value(failure.value)
    failed = routing.AdvanceCallbackRequest.Failed(failure=wire)
    return routing.AdvanceCallbackRequest(contact_id=contact_id, failed=failed)
