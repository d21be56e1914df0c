"""What is asked of media for an offer, a consultation or a transfer, and what comes back of it."""

from collections.abc import Iterable, Iterator
from datetime import timedelta
from typing import Any

from google.protobuf.message import Message

from sasayaki.event import Recorded
from sasayaki.media.v1 import media_service_pb2 as media
from sasayaki.media.v1.call_events import (
    CallEnded,
    HoldOrdered,
    LegEndReason,
    OperatorLegEnded,
    PromptOrdered,
    SupervisionMode,
    SupervisorHeard,
    TalkStarted,
    TransferAsked,
)
from sasayaki.routing.v1 import pool_events_pb2
from sasayaki.routing.v1 import routing_service_pb2 as routing
from sasayaki.routing.v1.pool_events import (
    ConsultAccepted,
    ConsultAsked,
    ConsultEnded,
    ContactTransferred,
    OfferAccepted,
    OfferDeclined,
    OfferKind,
    OfferLapsed,
    OfferMade,
    OfferWithdrawn,
    TransferRefused,
)
from sasayaki_chassis.reactor import Reactor
from sasayaki_routing.reactors.by_phone import ByPhone
from sasayaki_routing.reactors.legs import Legs

RING_MARGIN = timedelta(seconds=1)
"""A phone rings a little longer than its offer stands, so that the offer's own limit decides."""


class OfferToOperator(Reactor):
    """An offer rings; what the operators' phones and the customer do comes back to the pool.

    Everything about one contact goes out in order, across both topics.
    """

    name = "offer-to-operator"
    topics: tuple[str, ...] = ("routing.pool", "media.call")
    # The customer hung up, or talks with the operator before, or with a supervisor, or the
    # operator's talk is over: the pool is about to hear of it, or has decided on it.
    moot = frozenset(
        (
            "CALL_ENDED",
            "CALL_ENDING",
            "OPERATOR_ON_CALL",
            "TAKEN_OVER",
            "NOT_TALKING",
            "NOT_CONSULTING",
        )
    )

    def __init__(self) -> None:
        self._ringing: dict[str, str] = {}
        """The offer that rings, by operator: at most as many as there are operators."""
        self._legs = Legs()
        self._by_phone = ByPhone()
        self._held: set[str] = set()
        """Contacts whose customer is on hold."""
        self._music: dict[str, str] = {}
        """What customers last heard again and again while they waited, by client company."""

    def lane(self, record: Recorded[Any]) -> str:
        return getattr(record.data, "contact_id", record.subject)

    def react(self, record: Recorded[Any]) -> Iterable[Message]:
        if record.type.startswith("sasayaki.routing."):
            self._by_phone.learn(record.data)
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
                    consult=made.kind is OfferKind.CONSULT,
                )
            case (
                OfferAccepted(operator_id=operator_id)
                | OfferDeclined(operator_id=operator_id)
                | ConsultAccepted(operator_id=operator_id)
            ):
                self._ringing.pop(operator_id, None)
            case OfferLapsed(contact_id=contact_id, operator_id=operator_id):
                self._ringing.pop(operator_id, None)
                yield _hang_up(contact_id, operator_id, unless_picked_up=True)
            case OfferWithdrawn(offer_id=offer_id, contact_id=contact_id, operator_id=operator_id):
                # One that did not ring is a late leg that must not talk: see pool/offers.py.
                rang = self._ringing.get(operator_id) == offer_id
                if rang:
                    del self._ringing[operator_id]
                yield _hang_up(contact_id, operator_id, unless_picked_up=rang)
            case ConsultAsked(contact_id=contact_id):
                self._held.add(contact_id)
                music = self._music.get(record.client_id or "", "")
                yield media.HoldRequest(contact_id=contact_id, held=True, music_sha256=music)
            case ConsultEnded(contact_id=contact_id, operator_id=operator_id):
                if operator_id:
                    self._legs.part(contact_id, operator_id)
                    yield _hang_up(contact_id, operator_id)
                yield from self._take_back(contact_id)
            case ContactTransferred(contact_id=contact_id, operator_id=operator_id) as gave:
                self._legs.part(contact_id, operator_id)
                yield from self._by_phone.done(gave)
                yield media.HangUpRequest(
                    contact_id=contact_id, operator_id=operator_id, transferred=True
                )
                yield from self._take_back(contact_id)
            case TransferRefused() as refused:
                yield from self._by_phone.refused(refused)

    def _of_the_call(self, record: Recorded[Any]) -> Iterator[Message]:
        contact_id = record.subject
        match record.data:
            case TalkStarted(operator_id="") | OperatorLegEnded(operator_id=""):
                return  # somebody outside, whom the flow has called
            case TalkStarted(leg_id=leg_id, operator_id=operator_id):
                self._legs.talks(contact_id, leg_id, operator_id)
                yield routing.AcceptOfferRequest(contact_id=contact_id, operator_id=operator_id)
            case OperatorLegEnded(reason=LegEndReason.TAKEN_OVER):
                # The call goes on without the pool: the operators' part is over now.
                self._legs.forget(contact_id)
                yield routing.EndContactRequest(contact_id=contact_id)
            case SupervisorHeard(mode=SupervisionMode.TAKEOVER):
                if not self._legs.anybody(contact_id):
                    # The operator's leg was cut as the supervisor came: nobody else is asked.
                    yield routing.EndContactRequest(contact_id=contact_id)
            case OperatorLegEnded(operator_id=operator_id) as ended:
                if failure := self._legs.ended(contact_id, ended):
                    yield routing.DeclineOfferRequest(
                        contact_id=contact_id,
                        operator_id=operator_id,
                        failure=pool_events_pb2.OfferFailure.Value(failure.value),
                    )
            case TransferAsked() as asked:
                yield from self._by_phone.asked(record, asked)
            case HoldOrdered(held=True):
                self._held.add(contact_id)
            case HoldOrdered():
                self._held.discard(contact_id)
            case PromptOrdered(repeat=True, prompt_sha256=prompts) if prompts:
                self._music[record.client_id or ""] = prompts[-1]
            case CallEnded():
                self._legs.forget(contact_id)
                self._by_phone.forget(contact_id)
                self._held.discard(contact_id)
                yield routing.EndContactRequest(contact_id=contact_id)

    def _take_back(self, contact_id: str) -> Iterator[Message]:
        if contact_id in self._held:
            self._held.discard(contact_id)
            yield media.HoldRequest(contact_id=contact_id, held=False)


def _hang_up(
    contact_id: str, operator_id: str, *, unless_picked_up: bool = False
) -> media.HangUpRequest:
    return media.HangUpRequest(
        contact_id=contact_id, operator_id=operator_id, unless_picked_up=unless_picked_up
    )
