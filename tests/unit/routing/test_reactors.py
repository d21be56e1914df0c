"""Routing's reactors: an offer rings, and what becomes of it comes back to the pool."""

from datetime import timedelta

import pytest
from google.protobuf.message import Message
from tests.harness.records import recorded

from sasayaki.callreason.v1.enquiry_events import EnquiryClosed, EnquiryOutcome
from sasayaki.event import Event
from sasayaki.media.v1 import media_service_pb2 as media
from sasayaki.media.v1.call_events import (
    CallEnded,
    CallEndReason,
    LegEndReason,
    OperatorLegEnded,
    SupervisionMode,
    SupervisorHeard,
    TalkStarted,
)
from sasayaki.routing.v1 import pool_events_pb2 as wire
from sasayaki.routing.v1 import routing_service_pb2 as routing
from sasayaki.routing.v1.pool_events import (
    OfferAccepted,
    OfferDeclined,
    OfferFailure,
    OfferLapsed,
    OfferMade,
    OfferWithdrawn,
)
from sasayaki_chassis.testing import NOON
from sasayaki_routing.reactors.offers import OfferToOperator
from sasayaki_routing.reactors.wrap_up import ReleaseAfterWrapUp

WHO = {"contact_id": "con_1", "operator_id": "usr_mori"}
OFFER = {"offer_id": "ofr_1_1", **WHO}
MADE = OfferMade(
    **OFFER, respond_by=NOON + timedelta(seconds=20), idle_ms=0, skipped=(), considered=()
)
TALK = TalkStarted(leg_id="leg_1", operator_id="usr_mori", node_id="n", happening_seq=4)
CALL_ENDED = CallEnded(reason=CallEndReason.CUSTOMER_HUNG_UP, node_id="n", happening_seq=9)
TAKEN_OVER = SupervisorHeard(
    leg_id="leg_9",
    supervisor_id="usr_sato",
    supervision_id="spv_1",
    mode=SupervisionMode.TAKEOVER,
    applied_at=NOON,
    node_id="n",
    happening_seq=7,
)
HANG_UP = media.HangUpRequest(contact_id="con_1", operator_id="usr_mori")
HANG_UP_RINGING = media.HangUpRequest(
    contact_id="con_1", operator_id="usr_mori", unless_picked_up=True
)


def leg_ended(reason: LegEndReason, leg_id: str = "leg_1") -> OperatorLegEnded:
    return OperatorLegEnded(
        leg_id=leg_id, operator_id="usr_mori", reason=reason, node_id="n", happening_seq=5
    )


def after(*events: Event) -> OfferToOperator:
    reactor = OfferToOperator()
    for event in events:
        asked_by(reactor, event)
    return reactor


def asked_by(reactor: OfferToOperator, event: Event) -> list[Message]:
    of_pool = event.event_type.startswith("sasayaki.routing.")
    return list(reactor.react(recorded("pool_demo" if of_pool else "con_1", event)))


def declines(failure: wire.OfferFailure.ValueType) -> list[Message]:
    return [routing.DeclineOfferRequest(**WHO, failure=failure)]


class TestOffers:
    def test_an_offer_rings_a_little_longer_than_it_stands(self) -> None:
        assert asked_by(after(), MADE) == [media.DialRequest(**WHO, ring_ms_max=21_000)]

    def test_a_lapsed_offer_stops_ringing_but_spares_a_phone_that_was_picked_up(self) -> None:
        assert asked_by(after(MADE), OfferLapsed(**OFFER)) == [HANG_UP_RINGING]

    def test_a_withdrawn_offer_stops_ringing(self) -> None:
        assert asked_by(after(MADE), OfferWithdrawn(**OFFER)) == [HANG_UP_RINGING]

    def test_a_withdrawal_of_what_does_not_ring_ends_the_late_leg_though_it_talks(self) -> None:
        late = after(MADE, OfferLapsed(**OFFER))
        assert asked_by(late, OfferWithdrawn(**OFFER)) == [HANG_UP]

    def test_accepted_and_declined_offers_ask_nothing_of_media(self) -> None:
        declined = OfferDeclined(**OFFER, failure=OfferFailure.REFUSED, since=NOON)
        assert asked_by(after(MADE), OfferAccepted(**OFFER, waited_ms=1)) == []
        assert asked_by(after(MADE), declined) == []


class TestWhatThePhoneDoes:
    def test_a_talk_accepts_the_offer(self) -> None:
        assert asked_by(after(MADE), TALK) == [routing.AcceptOfferRequest(**WHO)]

    def test_a_refusing_phone_declines(self) -> None:
        refused = leg_ended(LegEndReason.REFUSED)
        assert asked_by(after(MADE), refused) == declines(wire.OFFER_FAILURE_REFUSED)

    def test_a_phone_out_of_reach_declines(self) -> None:
        unreachable = leg_ended(LegEndReason.UNREACHABLE)
        assert asked_by(after(MADE), unreachable) == declines(wire.OFFER_FAILURE_UNREACHABLE)

    def test_a_failing_phone_declines(self) -> None:
        failed = leg_ended(LegEndReason.FAILED)
        assert asked_by(after(MADE), failed) == declines(wire.OFFER_FAILURE_FAILED)

    @pytest.mark.parametrize("reason", ["NO_ANSWER", "RELEASED", "CALL_ENDED", "HUNG_UP"])
    def test_a_leg_whose_end_time_an_order_or_the_call_explains_declines_nothing(
        self, reason: str
    ) -> None:
        assert asked_by(after(MADE), leg_ended(LegEndReason[reason])) == []

    def test_a_talking_leg_that_was_hung_up_by_order_sends_the_contact_back(self) -> None:
        released = leg_ended(LegEndReason.RELEASED)
        assert asked_by(after(MADE, TALK), released) == declines(wire.OFFER_FAILURE_FAILED)

    @pytest.mark.parametrize("reason", ["HUNG_UP", "CALL_ENDED", "FAILED", "UNREACHABLE"])
    def test_a_talking_leg_that_ends_otherwise_takes_the_call_along(self, reason: str) -> None:
        assert asked_by(after(MADE, TALK), leg_ended(LegEndReason[reason])) == []

    def test_a_ringing_leg_beside_the_talk_still_declines(self) -> None:
        other = leg_ended(LegEndReason.REFUSED, leg_id="leg_2")
        assert asked_by(after(MADE, TALK), other) == declines(wire.OFFER_FAILURE_REFUSED)

    def test_the_end_of_the_call_ends_the_contact(self) -> None:
        ended = [routing.EndContactRequest(contact_id="con_1")]
        assert asked_by(after(), CALL_ENDED) == ended
        assert asked_by(after(MADE, TALK), CALL_ENDED) == ended


class TestATakeover:
    END: list[Message] = [routing.EndContactRequest(contact_id="con_1")]  # noqa: RUF012

    def test_the_pool_is_through_with_a_call_once_its_operator_has_left_it(self) -> None:
        talking = after(MADE, TALK)
        assert asked_by(talking, TAKEN_OVER) == []
        assert asked_by(talking, leg_ended(LegEndReason.TAKEN_OVER)) == self.END

    def test_an_operator_from_whom_a_call_was_taken_over_has_not_declined(self) -> None:
        assert asked_by(after(), leg_ended(LegEndReason.TAKEN_OVER)) == self.END

    def test_nobody_is_asked_for_a_customer_whose_operator_was_cut_off_as_the_supervisor_came(
        self,
    ) -> None:
        cut = after(MADE, TALK, leg_ended(LegEndReason.RELEASED))
        assert asked_by(cut, TAKEN_OVER) == self.END

    def test_another_mode_is_nothing_to_the_pool(self) -> None:
        barging = TAKEN_OVER.model_copy(update={"mode": SupervisionMode.BARGE})
        assert asked_by(after(), barging) == []


def test_what_concerns_one_contact_goes_out_in_order_whatever_topic_it_comes_from() -> None:
    reactor = OfferToOperator()
    assert reactor.lane(recorded("pool_demo", MADE)) == "con_1"
    assert reactor.lane(recorded("con_1", CALL_ENDED)) == "con_1"


def closed(operator_id: str) -> EnquiryClosed:
    return EnquiryClosed(
        outcome=EnquiryOutcome.HANDLED, reason_id="", operator_id=operator_id, answers=()
    )


def test_a_closed_enquiry_sets_its_operator_free() -> None:
    requests = list(ReleaseAfterWrapUp().react(recorded("con_1", closed("usr_mori"))))
    assert requests == [routing.ReleaseRequest(**WHO)]


def test_an_enquiry_that_no_operator_had_sets_nobody_free() -> None:
    assert list(ReleaseAfterWrapUp().react(recorded("con_1", closed("")))) == []
