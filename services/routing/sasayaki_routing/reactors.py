"""What routing asks of media, and of itself, when something has happened."""

from collections.abc import Iterable, Iterator
from datetime import timedelta
from typing import Any

from google.protobuf.message import Message

from sasayaki.callreason.v1.enquiry_events import EnquiryClosed
from sasayaki.event import Recorded
from sasayaki.media.v1 import media_service_pb2 as media
from sasayaki.media.v1.call_events import (
    CallEnded,
    LegEndReason,
    OperatorLegEnded,
    SupervisionMode,
    SupervisorHeard,
    TalkStarted,
)
from sasayaki.routing.v1 import pool_events_pb2
from sasayaki.routing.v1 import routing_service_pb2 as routing
from sasayaki.routing.v1.pool_events import (
    OfferAccepted,
    OfferDeclined,
    OfferFailure,
    OfferLapsed,
    OfferMade,
    OfferWithdrawn,
)

RING_MARGIN = timedelta(seconds=1)
"""A phone rings a little longer than its offer stands, so that the offer's own limit decides."""

FAILURES = {
    LegEndReason.REFUSED: OfferFailure.REFUSED,
    LegEndReason.UNREACHABLE: OfferFailure.UNREACHABLE,
    LegEndReason.FAILED: OfferFailure.FAILED,
}
"""Legs that were never picked up. NO_ANSWER is missing: the offer's time limit says the same."""


class OfferToOperator:
    """An offer rings; what the operator's phone and the customer do comes back to the pool.

    Everything about one contact goes out in order, across both topics.
    """

    name = "offer-to-operator"
    topics: tuple[str, ...] = ("routing.pool", "media.call")
    # The customer hung up, or talks with the operator before, or with a supervisor: the pool is
    # about to hear of it.
    moot = frozenset(("CALL_ENDED", "CALL_ENDING", "OPERATOR_ON_CALL", "TAKEN_OVER"))

    def __init__(self) -> None:
        self._ringing: dict[str, str] = {}
        """The offer that rings, by operator: at most as many as there are operators."""
        self._talking: dict[str, str] = {}
        """The operator's leg that talks, by contact: at most as many as there are calls."""

    def lane(self, record: Recorded[Any]) -> str:
        return getattr(record.data, "contact_id", record.subject)

    def react(self, record: Recorded[Any]) -> Iterable[Message]:
        if record.type.startswith("sasayaki.routing."):
            return self._of_the_pool(record)
        return self._of_the_call(record)

    def _of_the_pool(self, record: Recorded[Any]) -> Iterator[Message]:
        match record.data:
            case OfferMade(contact_id=contact_id, operator_id=operator_id) as made:
                self._ringing[operator_id] = made.offer_id
                window = made.respond_by - record.time + RING_MARGIN
                yield media.DialRequest(
                    contact_id=contact_id,
                    operator_id=operator_id,
                    ring_ms_max=window // timedelta(milliseconds=1),
                )
            case OfferAccepted(operator_id=operator_id) | OfferDeclined(operator_id=operator_id):
                self._ringing.pop(operator_id, None)
            case OfferLapsed(contact_id=contact_id, operator_id=operator_id):
                self._ringing.pop(operator_id, None)
                yield _hang_up(contact_id, operator_id, unless_picked_up=True)
            case OfferWithdrawn(offer_id=offer_id, contact_id=contact_id, operator_id=operator_id):
                # One that did not ring is a late leg that must not talk: see pool.py.
                rang = self._ringing.get(operator_id) == offer_id
                if rang:
                    del self._ringing[operator_id]
                yield _hang_up(contact_id, operator_id, unless_picked_up=rang)

    def _of_the_call(self, record: Recorded[Any]) -> Iterator[Message]:
        contact_id = record.subject
        match record.data:
            case TalkStarted(leg_id=leg_id, operator_id=operator_id):
                self._talking[contact_id] = leg_id
                yield routing.AcceptOfferRequest(contact_id=contact_id, operator_id=operator_id)
            case OperatorLegEnded(reason=LegEndReason.TAKEN_OVER):
                # The call goes on without the pool: the operator's part is over now.
                self._talking.pop(contact_id, None)
                yield routing.EndContactRequest(contact_id=contact_id)
            case SupervisorHeard(mode=SupervisionMode.TAKEOVER) if contact_id not in self._talking:
                # The operator's leg was cut as the supervisor came: nobody else is to be asked.
                yield routing.EndContactRequest(contact_id=contact_id)
            case OperatorLegEnded(operator_id=operator_id) as ended:
                if failure := self._failure(contact_id, ended):
                    yield routing.DeclineOfferRequest(
                        contact_id=contact_id,
                        operator_id=operator_id,
                        failure=pool_events_pb2.OfferFailure.Value(failure.value),
                    )
            case CallEnded():
                self._talking.pop(contact_id, None)
                yield routing.EndContactRequest(contact_id=contact_id)

    def _failure(self, contact_id: str, ended: OperatorLegEnded) -> OfferFailure | None:
        """How the end of a leg fails its offer, if the call goes on without it."""
        if self._talking.get(contact_id) != ended.leg_id:
            return FAILURES.get(ended.reason)
        del self._talking[contact_id]
        # A talk that ends in any other way takes the call along: its end follows.
        return OfferFailure.FAILED if ended.reason is LegEndReason.RELEASED else None


def _hang_up(contact_id: str, operator_id: str, *, unless_picked_up: bool) -> media.HangUpRequest:
    return media.HangUpRequest(
        contact_id=contact_id, operator_id=operator_id, unless_picked_up=unless_picked_up
    )


class ReleaseAfterWrapUp:
    """A closed enquiry sets its operator free."""

    name = "release-after-wrap-up"
    topics: tuple[str, ...] = ("callreason.enquiry",)

    def react(self, record: Recorded[Any]) -> Iterable[Message]:
        match record.data:
            case EnquiryClosed(operator_id=operator_id) if operator_id:
                yield routing.ReleaseRequest(contact_id=record.subject, operator_id=operator_id)
