"""Routing's reactors: an offer rings, and what becomes of it comes back to the pool."""

from datetime import timedelta

import pytest
from google.protobuf.message import Message
from tests.harness.records import recorded
from tests.harness.specification import NOON

from sasayaki.callreason.v1.enquiry_events import (
    EnquiryClosed,
    EnquiryOutcome,
    EnquiryPassedOn,
)
from sasayaki.event import Event
from sasayaki.media.v1 import call_events_pb2 as call_wire
from sasayaki.media.v1 import media_service_pb2 as media
from sasayaki.media.v1.call_events import (
    AnswerOrdered,
    CallEnded,
    CallEndReason,
    CallPlaced,
    HoldOrdered,
    LegEndReason,
    OperatorLegEnded,
    PromptOrdered,
    RecordingPolicy,
    SupervisionMode,
    SupervisorHeard,
    TalkStarted,
    TransferAsked,
)
from sasayaki.media.v1.outbound_events import OutboundRefusal, OutboundRefused
from sasayaki.routing.v1 import pool_events_pb2 as wire
from sasayaki.routing.v1 import routing_service_pb2 as routing
from sasayaki.routing.v1.pool_events import (
    CallbackAsked,
    CallbackDue,
    ConsultAccepted,
    ConsultAsked,
    ConsultEnded,
    ContactTransferred,
    OfferAccepted,
    OfferDeclined,
    OfferFailure,
    OfferKind,
    OfferLapsed,
    OfferMade,
    OfferWithdrawn,
    OperatorPut,
    TransferKind,
    TransferRefused,
)
from sasayaki_routing.reactors.callbacks import CallBack
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


class TestAConsultation:
    ASKED = ConsultAsked(
        contact_id="con_1",
        operator_id="usr_mori",
        queue_id="",
        to_operator_id="usr_abe",
        required_skills=(),
        asked_at=NOON,
    )
    HOLD = media.HoldRequest(contact_id="con_1", held=True)
    TAKE_BACK = media.HoldRequest(contact_id="con_1", held=False)
    BESIDE = MADE.model_copy(update={"operator_id": "usr_abe", "kind": OfferKind.CONSULT})
    COLLEAGUE = TALK.model_copy(update={"leg_id": "leg_2", "operator_id": "usr_abe"})
    LET_GO = media.HangUpRequest(contact_id="con_1", operator_id="usr_abe")
    ACCEPTED = ConsultAccepted(offer_id="ofr_1_2", contact_id="con_1", operator_id="usr_abe")
    BOTH = (MADE, TALK, ASKED, BESIDE, COLLEAGUE, ACCEPTED)

    def test_the_customer_is_put_on_hold(self) -> None:
        assert asked_by(after(MADE, TALK), self.ASKED) == [self.HOLD]

    def test_with_the_music_that_waiting_customers_of_the_company_hear(self) -> None:
        music = PromptOrdered(
            play_id="ply_1",
            prompt_sha256=("a" * 64, "b" * 64),
            guidance=False,
            digits_max=0,
            first_digit_ms=0,
            next_digit_ms=0,
            repeat=True,
            closing_sha256=(),
        )
        [hold] = asked_by(after(music), self.ASKED)
        assert isinstance(hold, media.HoldRequest)
        assert hold.music_sha256 == "b" * 64

    def test_the_colleague_is_rung_beside_the_operator(self) -> None:
        [dial] = asked_by(after(MADE, TALK, self.ASKED), self.BESIDE)
        assert isinstance(dial, media.DialRequest)
        assert (dial.operator_id, dial.consult) == ("usr_abe", True)

    def test_its_end_lets_the_colleague_go_and_takes_the_customer_back(self) -> None:
        ended = ConsultEnded(contact_id="con_1", operator_id="usr_abe", since=NOON)
        assert asked_by(after(*self.BOTH), ended) == [self.LET_GO, self.TAKE_BACK]

    def test_a_customer_who_hears_both_is_not_taken_back(self) -> None:
        heard = HoldOrdered(held=False, music_sha256="", operator_id="usr_mori")
        ended = ConsultEnded(contact_id="con_1", operator_id="usr_abe", since=NOON)
        assert asked_by(after(*self.BOTH, heard), ended) == [self.LET_GO]

    def test_the_leg_of_a_colleague_who_was_let_go_fails_nothing(self) -> None:
        ended = ConsultEnded(contact_id="con_1", operator_id="usr_abe", since=NOON)
        gone = leg_ended(LegEndReason.RELEASED, "leg_2").model_copy(
            update={"operator_id": "usr_abe"}
        )
        assert asked_by(after(*self.BOTH, ended), gone) == []

    @pytest.mark.parametrize(("leg_id", "who"), [("leg_1", "usr_mori"), ("leg_2", "usr_abe")])
    def test_whoever_hangs_up_first_leaves_the_call_to_the_other(
        self, leg_id: str, who: str
    ) -> None:
        gone = leg_ended(LegEndReason.HUNG_UP, leg_id).model_copy(update={"operator_id": who})
        [declined] = asked_by(after(*self.BOTH), gone)
        assert declined == routing.DeclineOfferRequest(
            contact_id="con_1", operator_id=who, failure=wire.OFFER_FAILURE_FAILED
        )

    def test_a_leg_outside_is_nothing_to_the_pool(self) -> None:
        outside = TALK.model_copy(update={"operator_id": ""})
        ended = leg_ended(LegEndReason.HUNG_UP).model_copy(update={"operator_id": ""})
        assert asked_by(after(), outside) == asked_by(after(), ended) == []


class TestATransfer:
    GIVEN = ContactTransferred(
        contact_id="con_1",
        operator_id="usr_mori",
        kind=TransferKind.BLIND,
        queue_id="que_tech",
        to_operator_id="",
        required_skills=(),
        since=NOON,
    )
    GOODBYE = media.HangUpRequest(contact_id="con_1", operator_id="usr_mori", transferred=True)
    ABE = OperatorPut(
        operator_id="usr_abe",
        team_id="",
        skills=(),
        client_ids=("cli_acme",),
        skill_levels=(),
    )
    BY_PHONE = TransferAsked(
        leg_id="leg_1",
        operator_id="usr_mori",
        target_operator_id="usr_abe",
        attended=False,
        node_id="n",
        happening_seq=6,
    )

    def test_the_operators_leg_ends_as_transferred(self) -> None:
        assert asked_by(after(MADE, TALK), self.GIVEN) == [self.GOODBYE]

    def test_a_customer_on_hold_is_taken_back(self) -> None:
        held = HoldOrdered(held=True, music_sha256="", operator_id="usr_mori")
        back = media.HoldRequest(contact_id="con_1", held=False)
        assert asked_by(after(MADE, TALK, held), self.GIVEN) == [self.GOODBYE, back]

    def test_the_leg_that_was_transferred_declines_nothing(self) -> None:
        gone = leg_ended(LegEndReason.TRANSFERRED)
        assert asked_by(after(MADE, TALK, self.GIVEN), gone) == []

    def test_a_phones_transfer_is_asked_for_its_operator_and_answered_when_it_is_decided(
        self,
    ) -> None:
        reactor = after(self.ABE, MADE, TALK)
        [asked] = asked_by(reactor, self.BY_PHONE)
        assert asked == routing.TransferContactRequest(
            contact_id="con_1", operator_id="usr_abe", asking_operator_id="usr_mori"
        )
        answer = media.AnswerTransferRequest(contact_id="con_1", leg_id="leg_1", sip_code=200)
        assert asked_by(reactor, self.GIVEN) == [answer, self.GOODBYE]

    @pytest.mark.parametrize(
        ("reason", "code"), [("NOT_TALKING", 481), ("CLIENT_NOT_SERVED", 403), ("ELSE", 603)]
    )
    def test_a_phone_is_told_at_once_what_the_pool_refuses_and_only_once(
        self, reason: str, code: int
    ) -> None:
        reactor = after(self.ABE, MADE, TALK, self.BY_PHONE)
        refused = TransferRefused(contact_id="con_1", operator_id="usr_mori", reason=reason)
        answer = media.AnswerTransferRequest(contact_id="con_1", leg_id="leg_1", sip_code=code)
        assert asked_by(reactor, refused) == [answer]
        assert asked_by(reactor, refused) == []
        # A later transfer by the desk is not this phone's.
        assert asked_by(reactor, self.GIVEN) == [self.GOODBYE]

    @pytest.mark.parametrize(
        ("change", "code"),
        [
            ({"target_operator_id": "usr_nobody"}, 404),
            ({"target_operator_id": ""}, 404),
            ({"attended": True}, 481),
        ],
    )
    def test_a_phones_transfer_to_nowhere_is_refused(
        self, change: dict[str, object], code: int
    ) -> None:
        asked = self.BY_PHONE.model_copy(update=change)
        refusal = media.AnswerTransferRequest(contact_id="con_1", leg_id="leg_1", sip_code=code)
        assert asked_by(after(self.ABE, MADE, TALK), asked) == [refusal]

    def test_a_phones_attended_transfer_completes_the_consultation(self) -> None:
        joined = after(self.ABE, *TestAConsultation.BOTH)
        attended = self.BY_PHONE.model_copy(update={"attended": True})
        assert asked_by(joined, attended) == [
            routing.CompleteTransferRequest(contact_id="con_1", asking_operator_id="usr_mori")
        ]


class TestCallingBack:
    ASKED = CallbackAsked(contact_id="con_1", queue_id="que_1", number_sealed="sealed")
    DUE = CallbackDue(
        contact_id="con_1",
        operator_id="usr_mori",
        attempt=1,
        respond_by=NOON,
        considered=(),
        skipped=(),
    )
    PLACED = CallPlaced(
        from_number="+81312345678",
        caller_hash="h",
        caller_sealed="s",
        previous_contact_id="con_1",
        ring_ms_max=30_000,
        node_id="n",
        record=RecordingPolicy.NONE,
    )

    @staticmethod
    def react(reactor: CallBack, subject: str, event: Event, **more: object) -> list[Message]:
        record = recorded(subject, event).model_copy(update={"client_id": "cli_acme", **more})
        return list(reactor.react(record))

    def test_the_customer_is_called_by_the_number_that_they_gave(self) -> None:
        reactor = CallBack()
        self.react(reactor, "pool_demo", self.ASKED)
        [place] = self.react(reactor, "pool_demo", self.DUE)
        assert isinstance(place, media.PlaceCallRequest)
        assert place.previous_contact_id == "con_1"
        assert place.number_sealed == "sealed"
        assert place.client_id == "cli_acme"

    def test_a_call_is_recorded_as_the_one_before_was_and_else_not_at_all(self) -> None:
        reactor = CallBack()
        [unknown] = self.react(reactor, "pool_demo", self.DUE)
        answered = AnswerOrdered(record=RecordingPolicy.AFTER_GUIDANCE)
        self.react(reactor, "con_1", answered)
        [known] = self.react(reactor, "pool_demo", self.DUE)
        assert isinstance(unknown, media.PlaceCallRequest)
        assert isinstance(known, media.PlaceCallRequest)
        assert unknown.record == call_wire.RECORDING_POLICY_NONE
        assert known.record == call_wire.RECORDING_POLICY_AFTER_GUIDANCE

    @pytest.mark.parametrize("rule", [RecordingPolicy.NONE, RecordingPolicy.ON_ALERT])
    def test_who_is_called_back_and_wishes_it_once_more_is_recorded_as_ever(
        self, rule: RecordingPolicy
    ) -> None:
        reactor = CallBack()
        self.react(reactor, "con_1", AnswerOrdered(record=rule))
        [first] = self.react(reactor, "pool_demo", self.DUE)
        self.react(reactor, "con_2", self.PLACED.model_copy(update={"record": rule}))
        again = self.DUE.model_copy(update={"contact_id": "con_2"})
        [second] = self.react(reactor, "pool_demo", again)
        for place in (first, second):
            assert isinstance(place, media.PlaceCallRequest)
            assert place.record == call_wire.RecordingPolicy.Value(rule.value)

    def test_the_new_contact_is_told_to_the_pool_and_so_is_its_end(self) -> None:
        reactor = CallBack()
        [placed] = self.react(reactor, "con_2", self.PLACED)
        assert isinstance(placed, routing.AdvanceCallbackRequest)
        assert placed.placed.new_contact_id == "con_2"
        busy = CallEnded(reason=CallEndReason.REFUSED, node_id="n", happening_seq=3)
        [failed] = self.react(reactor, "con_2", busy)
        assert isinstance(failed, routing.AdvanceCallbackRequest)
        assert (failed.contact_id, failed.failed.failure) == (
            "con_1",
            wire.CALLBACK_FAILURE_REFUSED,
        )

    def test_a_call_out_that_no_rule_allows_is_told_to_the_pool(self) -> None:
        reactor = CallBack()
        self.react(reactor, "pool_demo", self.DUE, id="rec_1")
        refused = OutboundRefused(
            refusal=OutboundRefusal.NUMBER_NOT_ALLOWED,
            contact_id="con_9",
            operator_id="",
            number_hash="h",
            trunk="",
        )
        [failed] = self.react(reactor, "cli_acme", refused, causation_id="rec_1/call-back/0")
        assert isinstance(failed, routing.AdvanceCallbackRequest)
        assert failed.failed.failure == wire.CALLBACK_FAILURE_NOT_ALLOWED
        assert self.react(reactor, "cli_acme", refused, causation_id="rec_7/call-back/0") == []


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


def test_an_enquiry_that_was_passed_on_sets_whoever_did_so_free() -> None:
    passed = EnquiryPassedOn(operator_id="usr_mori")
    requests = list(ReleaseAfterWrapUp().react(recorded("con_1", passed)))
    assert requests == [routing.ReleaseRequest(**WHO)]
