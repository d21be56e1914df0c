"""Customers given away, and colleagues asked: every order in which it may go wrong included."""

from datetime import datetime
from typing import Any

import pytest
from tests.harness.specification import given
from tests.unit.routing.records import (
    ABE,
    IN_WRAP_UP,
    MORI,
    NOT_READY,
    TALKING,
    WRAP_UP,
    abandoned,
    declined,
    made,
    put,
    ready,
    released,
    s,
    skip,
    wrapping_up,
)

from sasayaki.routing.v1.pool_events import (
    ConsultAccepted,
    ConsultAsked,
    ConsultEnded,
    ContactTransferred,
    OfferFailure,
    OfferKind,
    OfferLapsed,
    OfferMade,
    OfferWithdrawn,
    PriorityRaised,
    RingReached,
    TransferKind,
    TransferRefused,
    WrapUpStarted,
)
from sasayaki_routing.pool.commands import (
    AcceptOffer,
    CompleteTransfer,
    ConsultOperator,
    DeclineOffer,
    EndConsult,
    EndContact,
    Release,
    Target,
    TransferContact,
)
from sasayaki_routing.pool.decider import POOL
from sasayaki_routing.pool.state.states import Taken, Talking

TO_QUEUE = Target(queue_id="que_tech", required_skills=("tech",))
TO_ABE = Target(operator_id=ABE)
ASKED_AT, JOINED_AT = s(10), s(13)
RAISED = PriorityRaised(contact_id="con_1", priority=9)


def transferred(at: datetime, *, to: str = "", queue: str = "que_tech") -> ContactTransferred:
    """Blind: to a queue, or to a person from their own queue."""
    return ContactTransferred(
        contact_id="con_1",
        operator_id=MORI,
        kind=TransferKind.BLIND,
        queue_id="que_claims" if to else queue,
        to_operator_id=to,
        required_skills=() if to else ("tech",),
        since=at,
        only_until=s(30 + (at - s(0)).total_seconds()) if to else None,
    )


def handed_over(at: datetime) -> ContactTransferred:
    return ContactTransferred(
        contact_id="con_1",
        operator_id=MORI,
        kind=TransferKind.WARM,
        queue_id="que_claims",
        to_operator_id=ABE,
        required_skills=(),
        since=at,
    )


def asked(at: datetime = ASKED_AT, target: Target = TO_ABE) -> ConsultAsked:
    return ConsultAsked(
        contact_id="con_1",
        operator_id=MORI,
        queue_id=target.queue_id,
        to_operator_id=target.operator_id,
        required_skills=target.required_skills,
        asked_at=at,
        seek_until=at + WRAP_UP,
    )


def offered(at: datetime, *, kind: OfferKind = OfferKind.CONSULT, **more: Any) -> OfferMade:
    more.setdefault("skipped", skip(MORI, NOT_READY))
    offer = made(operator_id=ABE, at=at, nth=2, **more)
    return offer.model_copy(update={"kind": kind})


def joined(at: datetime = JOINED_AT) -> ConsultAccepted:
    return ConsultAccepted(offer_id="ofr_1_2", contact_id="con_1", operator_id=ABE, since=at)


def ended(at: datetime, operator_id: str = "") -> ConsultEnded:
    return ConsultEnded(contact_id="con_1", operator_id=operator_id, since=at)


def withdrawn() -> OfferWithdrawn:
    return OfferWithdrawn(offer_id="ofr_1_2", contact_id="con_1", operator_id=ABE)


ABE_READY = (put(ABE), ready(ABE))
SEEKING = (*TALKING, put(ABE), asked())
RUNG = (*TALKING, *ABE_READY, asked(), offered(s(10), idle_s=10))
JOINED = (*RUNG, joined())


class TestABlindTransfer:
    def test_the_customer_waits_anew_in_front_and_the_operator_wraps_up(self) -> None:
        command = TransferContact("con_1", MORI, TO_QUEUE)
        given(POOL, *TALKING).when(command, at=s(60)).then(
            transferred(s(60)), RAISED, wrapping_up(s(60))
        )

    def test_the_next_operator_is_asked_in_the_same_decision(self) -> None:
        tech = put(ABE, "tech"), ready(ABE)
        command = TransferContact("con_1", MORI, TO_QUEUE)
        given(POOL, *TALKING, *tech).when(command, at=s(60)).then(
            transferred(s(60)),
            RAISED,
            wrapping_up(s(60)),
            offered(s(60), kind=OfferKind.CONTACT, idle_s=60, level=3),
        )

    def test_the_wait_counts_from_the_transfer(self) -> None:
        history = *TALKING, transferred(s(60)), RAISED, wrapping_up(s(60))
        left = replace_queue(abandoned(waited_s=5))
        given(POOL, *history).when(EndContact("con_1"), at=s(65)).then(left)

    def test_an_older_picking_up_of_whoever_gave_the_customer_away_counts_no_more(self) -> None:
        history = *TALKING, transferred(s(60)), RAISED, wrapping_up(s(60)), released(s(70))
        late = withdrawn().model_copy(update={"offer_id": "ofr_1_1", "operator_id": MORI})
        given(POOL, *history).when(AcceptOffer("con_1", MORI), at=s(71)).then(late)

    def test_a_person_is_the_only_one_asked_at_first(self) -> None:
        other = put("usr_kato"), ready("usr_kato")
        command = TransferContact("con_1", MORI, TO_ABE)
        given(POOL, *TALKING, put(ABE), *other).when(command, at=s(60)).then(
            transferred(s(60), to=ABE), RAISED, wrapping_up(s(60))
        )

    def test_nobody_is_left_waiting_for_a_person_who_does_not_come(self) -> None:
        history = *TALKING, put(ABE), transferred(s(60), to=ABE), RAISED, wrapping_up(s(60))
        opened = RingReached(contact_id="con_1", queue_id="que_claims", ring=0, overflow=False)
        given(POOL, *history).when_time_passes().then(opened)

    def test_a_person_who_refuses_makes_room_for_others_at_once(self) -> None:
        ring = offered(s(60), kind=OfferKind.CONTACT, idle_s=60)
        given_away = transferred(s(60), to=ABE), RAISED, wrapping_up(s(60)), ring
        history = *TALKING, *ABE_READY, *given_away
        command = DeclineOffer("con_1", ABE, OfferFailure.REFUSED)
        refused = declined(s(62)).model_copy(update={"offer_id": "ofr_1_2", "operator_id": ABE})
        opened = RingReached(contact_id="con_1", queue_id="que_claims", ring=0, overflow=False)
        given(POOL, *history).when(command, at=s(62)).then(refused, opened)

    @pytest.mark.parametrize(
        ("target", "reason"),
        [
            (Target(operator_id="usr_nobody"), "UNKNOWN_OPERATOR"),
            (Target(operator_id=MORI), "SAME_OPERATOR"),
            (Target(operator_id="usr_other"), "CLIENT_NOT_SERVED"),
        ],
    )
    def test_a_person_who_cannot_take_it_is_refused(self, target: Target, reason: str) -> None:
        history = *TALKING, put("usr_other", client="cli_other")
        given(POOL, *history).when(TransferContact("con_1", MORI, target)).then_refused(reason)

    def test_nobody_gives_away_whom_they_do_not_talk_with(self) -> None:
        command = TransferContact("con_1", ABE, TO_QUEUE)
        given(POOL, *TALKING, put(ABE)).when(command).then_refused("NOT_TALKING")
        own = TransferContact("con_1", MORI, TO_QUEUE)
        given(POOL, *IN_WRAP_UP).when(own, at=s(101)).then_refused("NOT_TALKING")

    @pytest.mark.parametrize(
        ("command", "reason"),
        [
            (TransferContact("con_1", MORI, Target(operator_id="usr_x"), True), "UNKNOWN_OPERATOR"),
            (TransferContact("con_1", ABE, TO_QUEUE, True), "NOT_TALKING"),
            (TransferContact("con_9", MORI, TO_QUEUE, True), "NOT_TALKING"),
            (CompleteTransfer("con_1", MORI, True), "NOT_CONSULTING"),
        ],
    )
    def test_what_a_phone_asks_for_in_vain_is_an_event(
        self, command: TransferContact | CompleteTransfer, reason: str
    ) -> None:
        refused = TransferRefused(
            contact_id=command.contact_id, operator_id=command.operator_id, reason=reason
        )
        given(POOL, *TALKING).when(command, at=ASKED_AT).then(refused)
        pool = POOL.fold(POOL.initial, TALKING)
        assert POOL.evolve(pool, refused) == pool

    def test_what_a_phone_asks_for_is_decided_as_for_the_desk(self) -> None:
        by_phone = TransferContact("con_1", MORI, TO_QUEUE, True)
        by_desk = TransferContact("con_1", MORI, TO_QUEUE)
        pool = POOL.fold(POOL.initial, TALKING)
        assert POOL.decide(pool, by_phone, ASKED_AT) == POOL.decide(pool, by_desk, ASKED_AT)

    def test_during_a_consultation_the_colleague_is_let_go_first(self) -> None:
        command = TransferContact("con_1", MORI, TO_QUEUE)
        given(POOL, *JOINED).when(command, at=s(20)).then(
            ended(s(20), ABE), transferred(s(20)), RAISED, wrapping_up(s(20))
        )


class TestAConsultation:
    def test_a_free_colleague_is_asked_at_once(self) -> None:
        command = ConsultOperator("con_1", MORI, TO_ABE)
        given(POOL, *TALKING, *ABE_READY).when(command, at=s(10)).then(
            asked(), offered(s(10), idle_s=10)
        )

    def test_a_busy_colleague_is_asked_when_they_are_free(self) -> None:
        given(POOL, *TALKING, put(ABE)).when(ConsultOperator("con_1", MORI, TO_ABE), at=s(10)).then(
            asked()
        )

    def test_whoever_of_a_queue_has_the_skill_may_be_asked(self) -> None:
        tech = put(ABE, "tech"), ready(ABE)
        command = ConsultOperator("con_1", MORI, TO_QUEUE)
        given(POOL, *TALKING, *tech).when(command, at=s(10)).then(
            asked(target=TO_QUEUE), offered(s(10), idle_s=10, level=3)
        )

    def test_the_colleague_joins_by_picking_up(self) -> None:
        given(POOL, *RUNG).when(AcceptOffer("con_1", ABE), at=s(13)).then(joined())

    def test_a_second_consultation_beside_the_first_is_refused(self) -> None:
        command = ConsultOperator("con_1", MORI, TO_ABE)
        given(POOL, *JOINED).when(command).then_refused("CONSULTING")

    def test_either_of_the_two_may_end_it_and_a_stranger_may_not(self) -> None:
        for who in (MORI, ABE):
            given(POOL, *JOINED).when(EndConsult("con_1", who), at=s(20)).then(ended(s(20), ABE))
        given(POOL, *JOINED).when(EndConsult("con_1", "usr_x")).then_refused("NOT_TALKING")

    def test_ending_it_twice_changes_nothing(self) -> None:
        given(POOL, *JOINED, ended(s(20), ABE)).when(EndConsult("con_1", MORI), at=s(21)).then()

    def test_while_it_rings_the_offer_is_taken_back(self) -> None:
        given(POOL, *RUNG).when(EndConsult("con_1", MORI), at=s(12)).then(withdrawn(), ended(s(12)))

    def test_a_search_for_a_colleague_ends_by_itself(self) -> None:
        given(POOL, *SEEKING).when_time_passes().then(ended(s(70)))

    def test_a_colleague_who_does_not_answer_ends_it(self) -> None:
        lapse = OfferLapsed(offer_id="ofr_1_2", contact_id="con_1", operator_id=ABE)
        given(POOL, *RUNG).when_time_passes().then(lapse, ended(s(30)))

    def test_of_a_queue_the_next_one_is_asked(self) -> None:
        kato = put("usr_kato", "tech"), ready("usr_kato", s(5))
        tech = put(ABE, "tech"), ready(ABE)
        rung = asked(target=TO_QUEUE), offered(s(10), idle_s=10, level=3)
        command = DeclineOffer("con_1", ABE, OfferFailure.REFUSED)
        events = given(POOL, *TALKING, *tech, *kato, *rung).when(command, at=s(12)).events
        assert isinstance(events[-1], OfferMade)
        assert (events[-1].operator_id, events[-1].kind) == ("usr_kato", OfferKind.CONSULT)

    def test_afterwards_the_operator_still_has_the_customer_and_the_colleague_is_free(
        self,
    ) -> None:
        pool = POOL.fold(POOL.initial, [*JOINED, ended(s(20), ABE)])
        assert isinstance(pool.contacts["con_1"], Taken)
        assert pool.operators[ABE].ready_since == s(20)


class TestAWarmTransfer:
    def test_the_colleague_has_the_customer_and_the_operator_wraps_up(self) -> None:
        events = handed_over(s(20)), wrapping_up(s(20))
        given(POOL, *JOINED).when(CompleteTransfer("con_1", MORI), at=s(20)).then(*events)
        pool = POOL.fold(POOL.initial, [*JOINED, *events])
        assert pool.contacts["con_1"].wish.queue_id == "que_claims"
        assert pool.operators[ABE].status == Talking("ofr_1_2", "con_1", s(13))

    def test_it_needs_a_colleague_who_has_picked_up(self) -> None:
        for history in (TALKING, SEEKING, RUNG):
            command = CompleteTransfer("con_1", MORI)
            given(POOL, *history).when(command).then_refused("NOT_CONSULTING")

    def test_the_end_of_the_call_sends_the_second_one_to_wrap_up(self) -> None:
        history = *JOINED, handed_over(s(20)), wrapping_up(s(20))
        second = WrapUpStarted(
            contact_id="con_1", operator_id=ABE, release_by=s(50) + WRAP_UP, since=s(50)
        )
        given(POOL, *history).when(EndContact("con_1"), at=s(50)).then(second)

    def test_the_first_ones_release_leaves_the_second_talking(self) -> None:
        history = *JOINED, handed_over(s(20)), wrapping_up(s(20))
        pool = POOL.fold(POOL.initial, history)
        events = POOL.decide(pool, Release("con_1", MORI), s(21))
        after = POOL.fold(pool, events)
        assert isinstance(after.contacts["con_1"], Taken)
        assert after.operators[MORI].ready_since == s(21)


class TestWhenSomebodyLeavesAConsultation:
    def test_the_customer_hangs_up_while_both_talk(self) -> None:
        given(POOL, *JOINED).when(EndContact("con_1"), at=s(20)).then(
            ended(s(20), ABE), wrapping_up(s(20))
        )

    def test_the_customer_hangs_up_while_the_colleagues_phone_rings(self) -> None:
        given(POOL, *RUNG).when(EndContact("con_1"), at=s(12)).then(
            withdrawn(), ended(s(12)), wrapping_up(s(12))
        )

    def test_the_customer_hangs_up_while_a_colleague_is_sought(self) -> None:
        given(POOL, *SEEKING).when(EndContact("con_1"), at=s(12)).then(
            ended(s(12)), wrapping_up(s(12))
        )

    def test_the_colleague_hangs_up(self) -> None:
        command = DeclineOffer("con_1", ABE, OfferFailure.FAILED)
        given(POOL, *JOINED).when(command, at=s(20)).then(ended(s(20), ABE))

    def test_the_first_operators_phone_dies_and_the_colleague_has_the_customer(self) -> None:
        command = DeclineOffer("con_1", MORI, OfferFailure.FAILED)
        given(POOL, *JOINED).when(command, at=s(20)).then(handed_over(s(20)), wrapping_up(s(20)))

    def test_the_only_operators_leg_is_cut_while_the_colleagues_phone_rings(self) -> None:
        command = DeclineOffer("con_1", MORI, OfferFailure.FAILED)
        lost = declined(s(20), failure=OfferFailure.FAILED)
        again = made(operator_id=ABE, at=s(20), nth=3, idle_s=20, skipped=skip(MORI, NOT_READY))
        given(POOL, *RUNG).when(command, at=s(20)).then(withdrawn(), ended(s(20)), lost, again)

    def test_a_supervisor_who_takes_over_ends_it_for_both(self) -> None:
        both = ended(s(20), ABE), wrapping_up(s(20))
        given(POOL, *JOINED).when(EndContact("con_1"), at=s(20)).then(*both)
        given(POOL, *JOINED, *both).when(EndContact("con_1"), at=s(21)).then()

    def test_a_colleague_who_picks_up_too_late_is_let_go(self) -> None:
        lapse = OfferLapsed(offer_id="ofr_1_2", contact_id="con_1", operator_id=ABE)
        history = *RUNG, lapse, ended(s(30))
        given(POOL, *history).when(AcceptOffer("con_1", ABE), at=s(31)).then(withdrawn())


def replace_queue(left: Any) -> Any:
    return left.model_copy(update={"queue_id": "que_tech"})
