"""The pool: who is offered which contact, and what becomes of an offer."""

from tests.harness.specification import NOON, given
from tests.unit.routing.records import (
    ABE,
    IN_WRAP_UP,
    MORI,
    NOT_READY,
    RINGING,
    TALKING,
    abandoned,
    accepted,
    away,
    candidate,
    declined,
    lapsed,
    made,
    offer_id,
    put,
    queue,
    queued,
    ready,
    released,
    s,
    skip,
    withdrawn,
    wrapping_up,
)

from sasayaki.routing.v1.pool_events import (
    ContactLeft,
    OfferFailure,
    OperatorPut,
    OperatorState,
    OperatorStateSet,
    PoolEvent,
    ReleaseReason,
    SkipReason,
)
from sasayaki_routing.pool.commands import (
    AcceptOffer,
    DeclineOffer,
    EndContact,
    LapseOffer,
    LapseWrapUp,
    PutOperator,
    Release,
    SetState,
)
from sasayaki_routing.pool.decider import POOL
from sasayaki_routing.pool.state.about import about


class TestProfiles:
    def test_a_profile_is_kept_sorted_and_without_repeats(self) -> None:
        command = PutOperator(MORI, "team_a", ("ja", "claims", "ja"), ("cli_acme",))
        given(POOL).when(command).then(put(MORI, "claims", "ja"))

    def test_putting_the_same_profile_again_changes_nothing(self) -> None:
        command = PutOperator(MORI, "team_a", ("ja",), ("cli_acme",))
        given(POOL, put(MORI, "ja")).when(command).then()

    def test_a_skill_learnt_by_a_ready_operator_brings_the_contact_that_waits_for_it(self) -> None:
        command = PutOperator(MORI, "team_a", ("en",), ("cli_acme",))
        history = put(), ready(), queued("con_1", s(1), 3, "en")
        given(POOL, *history).when(command, at=s(2)).then(
            put(MORI, "en"), made(at=s(2), idle_s=2, level=3)
        )

    def test_a_changed_profile_leaves_a_talking_operator_talking(self) -> None:
        command = PutOperator(MORI, "team_b", (), ())
        put_again = OperatorPut(
            operator_id=MORI, team_id="team_b", skills=(), client_ids=(), skill_levels=()
        )
        given(POOL, *TALKING).when(command).then(put_again)
        given(POOL, *TALKING, put_again).when(EndContact("con_1"), at=s(9)).then(wrapping_up(s(9)))


class TestOperatorsStates:
    def test_an_operator_becomes_ready(self) -> None:
        given(POOL, put()).when(SetState(MORI, OperatorState.READY), at=s(5)).then(
            ready(since=s(5))
        )

    def test_an_operator_whom_nobody_put_is_unknown(self) -> None:
        command = SetState("usr_nobody", OperatorState.READY)
        given(POOL, put()).when(command).then_refused("UNKNOWN_OPERATOR")

    def test_saying_ready_twice_keeps_the_place_in_the_order_of_idleness(self) -> None:
        given(POOL, put(), ready()).when(SetState(MORI, OperatorState.READY), at=s(5)).then()

    def test_saying_off_twice_changes_nothing(self) -> None:
        given(POOL, put()).when(SetState(MORI, OperatorState.OFF)).then()

    def test_another_reason_for_an_absence_is_a_change_and_the_same_reason_is_none(self) -> None:
        history = put(), away(reason="lunch")
        given(POOL, *history).when(SetState(MORI, OperatorState.AWAY, "lunch"), at=s(1)).then()
        changed = OperatorStateSet(
            operator_id=MORI, state=OperatorState.AWAY, reason="briefing", since=s(1)
        )
        command = SetState(MORI, OperatorState.AWAY, "briefing")
        given(POOL, *history).when(command, at=s(1)).then(changed)

    def test_the_state_cannot_be_set_while_the_phone_rings(self) -> None:
        given(POOL, *RINGING).when(SetState(MORI, OperatorState.OFF)).then_refused("OPERATOR_BUSY")

    def test_the_state_cannot_be_set_during_a_talk(self) -> None:
        given(POOL, *TALKING).when(SetState(MORI, OperatorState.AWAY)).then_refused("OPERATOR_BUSY")

    def test_an_operator_may_log_out_from_wrap_up_and_no_time_limit_is_left(self) -> None:
        off = OperatorStateSet(operator_id=MORI, state=OperatorState.OFF, reason="", since=s(101))
        command = SetState(MORI, OperatorState.OFF)
        given(POOL, *IN_WRAP_UP).when(command, at=s(101)).then(off)
        given(POOL, *IN_WRAP_UP, off).then_nothing_is_due()

    def test_an_operator_who_becomes_ready_is_offered_a_waiting_contact_at_once(self) -> None:
        history = put(), queued()
        command = SetState(MORI, OperatorState.READY)
        given(POOL, *history).when(command, at=s(7)).then(ready(since=s(7)), made(at=s(7)))


class TestQueueing:
    def test_a_contact_waits_when_nobody_is_ready(self) -> None:
        given(POOL, put()).when(queue()).then(queued())

    def test_a_contact_waits_in_a_pool_without_operators(self) -> None:
        given(POOL).when(queue()).then(queued())

    def test_a_contact_is_queued_and_offered_in_one_decision(self) -> None:
        history = put(), ready(), put(ABE), away(ABE)
        skipped = skip(ABE, NOT_READY)
        offer = made(at=s(3), idle_s=3, skipped=skipped)
        given(POOL, *history).when(queue(), at=s(3)).then(queued(at=s(3)), offer)

    def test_the_longest_idle_operator_is_offered_the_contact(self) -> None:
        history = put(), ready(since=s(5)), put(ABE), ready(ABE, since=s(1))
        skipped = skip(MORI, SkipReason.IDLE_SHORTER)
        others = (candidate(MORI, 4_000),)
        offer = made(operator_id=ABE, at=s(9), idle_s=8, skipped=skipped, others=others)
        given(POOL, *history).when(queue(), at=s(9)).then(queued(at=s(9)), offer)

    def test_a_contact_is_never_offered_to_an_operator_without_the_skill(self) -> None:
        given(POOL, put(), ready()).when(queue("con_1", "en")).then(queued("con_1", NOON, 3, "en"))

    def test_a_contact_is_never_offered_across_client_companies(self) -> None:
        history = put(client="cli_other"), ready()
        given(POOL, *history).when(queue()).then(queued())

    def test_an_operator_whose_phone_rings_is_not_offered_a_second_contact(self) -> None:
        given(POOL, *RINGING).when(queue("con_2"), at=s(2)).then(queued("con_2", s(2)))

    def test_queueing_a_contact_twice_changes_nothing(self) -> None:
        given(POOL, queued()).when(queue(), at=s(2)).then()
        given(POOL, *RINGING).when(queue(), at=s(2)).then()
        given(POOL, *TALKING).when(queue(), at=s(2)).then()

    def test_a_contact_whose_call_ended_before_is_not_queued(self) -> None:
        left = ContactLeft(contact_id="con_1", left_at=NOON)
        given(POOL, put(), ready(), left).when(queue(), at=s(1)).then()

    def test_a_contact_that_was_abandoned_or_talked_to_the_end_is_not_queued_again(self) -> None:
        given(POOL, queued(), abandoned(waited_s=3)).when(queue(), at=s(4)).then()
        given(POOL, *IN_WRAP_UP).when(queue(), at=s(101)).then()


class TestOffers:
    def test_picking_up_accepts_the_offer(self) -> None:
        command = AcceptOffer("con_1", MORI)
        given(POOL, *RINGING).when(command, at=s(5)).then(accepted(waited_s=4))

    def test_accepting_twice_changes_nothing(self) -> None:
        given(POOL, *TALKING).when(AcceptOffer("con_1", MORI), at=s(6)).then()
        given(POOL, *IN_WRAP_UP).when(AcceptOffer("con_1", MORI), at=s(106)).then()

    def test_an_offer_that_was_never_made_cannot_be_accepted(self) -> None:
        history = put(), ready(), put(ABE), away(ABE), queued(), made()
        command = AcceptOffer("con_1", ABE)
        given(POOL, *history).when(command).then_refused("OFFER_GONE")
        given(POOL, put()).when(AcceptOffer("con_1", MORI)).then_refused("OFFER_GONE")

    def test_an_unknown_operator_cannot_accept(self) -> None:
        given(POOL, queued()).when(AcceptOffer("con_1", MORI)).then_refused("UNKNOWN_OPERATOR")

    def test_an_offer_lapses_when_nobody_picks_up(self) -> None:
        given(POOL, *RINGING).when_time_passes().then(lapsed())

    def test_an_operator_who_missed_an_offer_is_not_asked_again_until_ready(self) -> None:
        given(POOL, *RINGING, lapsed()).when(queue("con_2"), at=s(30)).then(queued("con_2", s(30)))
        again = made(at=s(40), nth=2, missed=True)
        command = SetState(MORI, OperatorState.READY)
        given(POOL, *RINGING, lapsed()).when(command, at=s(40)).then(ready(since=s(40)), again)

    def test_a_lapsed_contact_is_offered_to_the_next_operator_in_the_same_decision(self) -> None:
        history = *RINGING, put(ABE), ready(ABE, since=s(2))
        again = made("con_1", ABE, s(21), nth=2, idle_s=19, skipped=skip(MORI, NOT_READY))
        given(POOL, *history).when_time_passes().then(lapsed(), again)

    def test_a_time_limit_that_comes_too_early_or_too_late_changes_nothing(self) -> None:
        given(POOL, *RINGING).when(LapseOffer("con_1", MORI), at=s(20)).then()
        given(POOL, *TALKING).when(LapseOffer("con_1", MORI), at=s(30)).then()

    def test_a_lapsed_contact_keeps_its_place_among_the_waiting(self) -> None:
        history = *RINGING, queued("con_2", s(2)), lapsed()
        command = SetState(MORI, OperatorState.READY)
        events = ready(since=s(40)), made(at=s(40), nth=2, missed=True)
        given(POOL, *history).when(command, at=s(40)).then(*events)

    def test_a_contact_of_higher_priority_comes_before_one_that_waits_longer(self) -> None:
        history = put(), queued(), queued("con_2", s(2), 9)
        command = SetState(MORI, OperatorState.READY)
        events = ready(since=s(5)), made("con_2", at=s(5))
        given(POOL, *history).when(command, at=s(5)).then(*events)

    def test_a_refusing_phone_declines_and_the_next_operator_is_asked(self) -> None:
        history = *RINGING, put(ABE), ready(ABE, since=s(1))
        again = made("con_1", ABE, s(4), nth=2, idle_s=3, skipped=skip(MORI, NOT_READY))
        command = DeclineOffer("con_1", MORI, OfferFailure.REFUSED)
        given(POOL, *history).when(command, at=s(4)).then(declined(s(4)), again)

    def test_declining_what_is_over_changes_nothing(self) -> None:
        command = DeclineOffer("con_1", MORI, OfferFailure.UNREACHABLE)
        given(POOL, *RINGING, lapsed()).when(command, at=s(22)).then()
        given(POOL, *IN_WRAP_UP).when(command, at=s(101)).then()

    def test_an_operators_leg_lost_in_the_talk_sends_the_contact_back_to_its_place(self) -> None:
        command = DeclineOffer("con_1", MORI, OfferFailure.FAILED)
        lost = declined(s(8), failure=OfferFailure.FAILED)
        given(POOL, *TALKING).when(command, at=s(8)).then(lost)
        put_ready = put(ABE), ready(ABE, since=s(2))
        again = made("con_1", ABE, s(8), nth=2, idle_s=6, skipped=skip(MORI, NOT_READY))
        given(POOL, *TALKING, *put_ready).when(command, at=s(8)).then(lost, again)


class TestAcceptancesAfterTheLapse:
    TO_ABE = (put(ABE), ready(ABE, since=s(2)))
    AGAIN = made("con_1", ABE, s(21), nth=2, idle_s=19)

    def test_it_counts_when_the_contact_still_waits(self) -> None:
        command = AcceptOffer("con_1", MORI)
        given(POOL, *RINGING, lapsed()).when(command, at=s(22)).then(accepted(waited_s=21))

    def test_it_counts_and_takes_back_the_offer_to_the_next_operator(self) -> None:
        history = *RINGING, *self.TO_ABE, lapsed(), self.AGAIN
        events = withdrawn(operator_id=ABE, nth=2), accepted(waited_s=21)
        given(POOL, *history).when(AcceptOffer("con_1", MORI), at=s(22)).then(*events)

    def test_the_next_operator_is_then_offered_what_else_waits(self) -> None:
        history = *RINGING, *self.TO_ABE, lapsed(), self.AGAIN, queued("con_2", s(21.5))
        given(POOL, *history).when(AcceptOffer("con_1", MORI), at=s(22)).then(
            withdrawn(operator_id=ABE, nth=2),
            accepted(waited_s=21),
            made("con_2", ABE, s(22), idle_s=20, skipped=skip(MORI, NOT_READY)),
        )

    def test_another_offer_to_the_same_operator_is_taken_back(self) -> None:
        history = *RINGING, lapsed(), queued("con_2", s(2), 9), ready(since=s(30))
        ringing_again = made("con_2", at=s(30))
        events = withdrawn("con_2"), accepted(waited_s=30)
        given(POOL, *history, ringing_again).when(AcceptOffer("con_1", MORI), at=s(31)).then(
            *events
        )

    def test_the_late_leg_is_hung_up_when_the_contact_talks_with_another(self) -> None:
        taken = accepted("con_1", ABE, waited_s=23).model_copy(
            update={"offer_id": offer_id("con_1", 2)}
        )
        history = *RINGING, *self.TO_ABE, lapsed(), self.AGAIN, taken
        given(POOL, *history).when(AcceptOffer("con_1", MORI), at=s(25)).then(withdrawn())

    def test_the_late_leg_is_hung_up_when_its_operator_talks_with_another_customer(self) -> None:
        history = *RINGING, lapsed(), queued("con_2", s(2), 9), ready(since=s(30))
        talking = made("con_2", at=s(30)), accepted("con_2", waited_s=30)
        given(POOL, *history, *talking).when(AcceptOffer("con_1", MORI), at=s(33)).then(withdrawn())

    def test_a_hang_up_that_only_ends_a_leg_moves_nobody(self) -> None:
        history = *RINGING, lapsed(), withdrawn()
        given(POOL, *history).when(queue("con_2"), at=s(30)).then(queued("con_2", s(30)))


class TestEndOfTheCall:
    def test_a_waiting_contact_is_abandoned(self) -> None:
        given(POOL, queued()).when(EndContact("con_1"), at=s(12)).then(abandoned(waited_s=12))

    def test_a_ringing_offer_is_withdrawn_and_the_operator_was_never_asked(self) -> None:
        history = *RINGING, put(ABE), ready(ABE, since=s(0.5))
        events = withdrawn(), abandoned(waited_s=2)
        given(POOL, *history).when(EndContact("con_1"), at=s(3)).then(*events)
        skipped, others = skip(ABE, SkipReason.IDLE_SHORTER), (candidate(ABE, 8_500),)
        offer = made("con_2", MORI, s(9), idle_s=9, skipped=skipped, others=others)
        given(POOL, *history, *events).when(queue("con_2"), at=s(9)).then(
            queued("con_2", s(9)), offer
        )

    def test_an_operator_whose_offer_was_withdrawn_is_offered_the_next_contact(self) -> None:
        history = *RINGING, queued("con_2", s(2))
        offer = made("con_2", MORI, s(3), idle_s=3)
        events = withdrawn(), abandoned(waited_s=2), offer
        given(POOL, *history).when(EndContact("con_1"), at=s(3)).then(*events)

    def test_a_talking_operator_goes_to_wrap_up(self) -> None:
        given(POOL, *TALKING).when(EndContact("con_1"), at=s(100)).then(wrapping_up(s(100)))

    def test_a_call_that_ends_twice_ends_once(self) -> None:
        given(POOL, *IN_WRAP_UP).when(EndContact("con_1"), at=s(101)).then()
        given(POOL, queued(), abandoned(waited_s=1)).when(EndContact("con_1"), at=s(2)).then()

    def test_a_contact_that_never_waited_is_remembered_once(self) -> None:
        left = ContactLeft(contact_id="con_1", left_at=s(2))
        given(POOL).when(EndContact("con_1"), at=s(2)).then(left)
        given(POOL, left).when(EndContact("con_1"), at=s(3)).then()


class TestEnvelopes:
    """Each event is filed under its own contact and client company, whatever was asked."""

    def envelope(self, event: PoolEvent, *history: PoolEvent) -> tuple[str | None, str | None]:
        told = about(POOL.fold(POOL.initial, history), event)
        return told.client_id, told.correlation_id

    def test_profiles_and_states_concern_no_contact(self) -> None:
        assert self.envelope(put()) == (None, None)
        assert self.envelope(ready(), put()) == (None, None)

    def test_what_happens_to_a_contact_concerns_it_and_its_client_company(self) -> None:
        assert self.envelope(queued()) == ("cli_acme", "con_1")
        assert self.envelope(RINGING[-1], *RINGING[:-1]) == ("cli_acme", "con_1")
        assert self.envelope(lapsed(), *RINGING) == ("cli_acme", "con_1")
        assert self.envelope(abandoned(waited_s=1), queued()) == ("cli_acme", "con_1")
        assert self.envelope(wrapping_up(s(100)), *TALKING) == ("cli_acme", "con_1")

    def test_a_release_concerns_the_contact_that_was_wrapped_up(self) -> None:
        assert self.envelope(released(s(120)), *IN_WRAP_UP) == ("cli_acme", "con_1")

    def test_a_contact_that_never_waited_has_no_client_company_here(self) -> None:
        left = ContactLeft(contact_id="con_1", left_at=NOON)
        assert self.envelope(left) == (None, "con_1")


class TestWrapUp:
    def test_completing_it_sets_the_operator_free(self) -> None:
        given(POOL, *IN_WRAP_UP).when(Release("con_1", MORI), at=s(120)).then(released(s(120)))

    def test_its_time_runs_out(self) -> None:
        over = released(s(160), reason=ReleaseReason.LAPSED)
        given(POOL, *IN_WRAP_UP).when_time_passes().then(over)

    def test_a_time_limit_that_comes_too_early_or_too_late_changes_nothing(self) -> None:
        given(POOL, *IN_WRAP_UP).when(LapseWrapUp("con_1", MORI), at=s(159)).then()
        given(POOL, *IN_WRAP_UP, released(s(120))).when(
            LapseWrapUp("con_1", MORI), at=s(160)
        ).then()

    def test_the_freed_operator_is_offered_the_next_contact_in_the_same_decision(self) -> None:
        history = *IN_WRAP_UP, queued("con_2", s(90))
        events = released(s(120)), made("con_2", at=s(120))
        given(POOL, *history).when(Release("con_1", MORI), at=s(120)).then(*events)

    def test_releasing_twice_changes_nothing(self) -> None:
        history = *IN_WRAP_UP, released(s(120))
        given(POOL, *history).when(Release("con_1", MORI), at=s(121)).then()

    def test_a_release_of_another_contact_changes_nothing(self) -> None:
        given(POOL, *IN_WRAP_UP).when(Release("con_0", MORI), at=s(121)).then()

    def test_a_release_that_overtakes_the_end_of_the_call_ends_the_talk_as_well(self) -> None:
        events = wrapping_up(s(100)), released(s(100))
        given(POOL, *TALKING).when(Release("con_1", MORI), at=s(100)).then(*events)
        given(POOL, *TALKING, *events).when(EndContact("con_1"), at=s(100)).then()

    def test_nothing_is_due_while_everybody_is_ready_or_talking(self) -> None:
        given(POOL, put(), ready()).then_nothing_is_due()
        given(POOL, *TALKING).then_nothing_is_due()
