"""A supervisor takes a call over: the customer is never alone, and the call is never with two."""

from dataclasses import replace

import pytest
from tests.harness.specification import NOON, given
from tests.unit.media.calls import (
    CONNECTED,
    DIALLED,
    LISTEN,
    NODE,
    RANG,
    TAKEOVER,
    TALKING,
    WHISPER,
    happened,
    heard,
    play,
    supervision,
)

from sasayaki.media.v1.call_events import (
    CallEnded,
    CallEndReason,
    CallEvent,
    HangUpOrdered,
    LegEndReason,
    OperatorLegEnded,
    SupervisorLegEnded,
    UnsupervisionOrdered,
)
from sasayaki_media.calls.call import CALL
from sasayaki_media.calls.commands import Dial, FailOrder, HangUp, Supervise, Unsupervise
from sasayaki_media.calls.happened import Fact, LegLeft, ModeApplied, Over
from sasayaki_media.calls.orders import outstanding

TAKE_OVER = Supervise(
    leg_id="leg_sup", supervisor_id="usr_sato", supervision_id="spv_1", mode=TAKEOVER
)
DIAL = Dial(leg_id="leg_2", operator_id="usr_abe", ring_ms_max=5_000)
LISTENING = (*TALKING, supervision(LISTEN), heard(LISTEN, 6))
ORDERED = (*LISTENING, supervision(TAKEOVER))
OPERATOR_GOES = HangUpOrdered(leg_id="leg_op")
HANDLING = (*ORDERED, heard(TAKEOVER, 7), OPERATOR_GOES)
ENDING = HangUpOrdered(leg_id="")


def operator_ended(reason: LegEndReason, seq: int) -> OperatorLegEnded:
    return OperatorLegEnded(
        leg_id="leg_op", operator_id="usr_mori", reason=reason, node_id=NODE, happening_seq=seq
    )


def supervisor_ended(reason: LegEndReason, seq: int) -> SupervisorLegEnded:
    return SupervisorLegEnded(
        leg_id="leg_sup",
        supervisor_id="usr_sato",
        supervision_id="spv_1",
        reason=reason,
        node_id=NODE,
        happening_seq=seq,
    )


ALONE = (*HANDLING, operator_ended(LegEndReason.TAKEN_OVER, 8))


def test_a_supervisor_on_the_call_may_take_it_over() -> None:
    given(CALL, *LISTENING).when(TAKE_OVER).then(supervision(TAKEOVER))


def test_a_supervisor_may_come_to_take_the_call_over() -> None:
    given(CALL, *TALKING).when(TAKE_OVER).then(supervision(TAKEOVER))


def test_the_operator_stays_until_the_customer_hears_the_supervisor() -> None:
    state = CALL.fold(CALL.initial, ORDERED)
    assert [order.key for order in outstanding(state)] == ["supervise/leg_sup/2"]


def test_the_operator_goes_in_the_decision_that_notes_the_takeover() -> None:
    applied = happened(7, ModeApplied("leg_sup", TAKEOVER, NOON))
    given(CALL, *ORDERED).when(applied).then(heard(TAKEOVER, 7), OPERATOR_GOES)


def test_an_operator_who_is_going_already_is_let_go_once() -> None:
    applied = happened(7, ModeApplied("leg_sup", TAKEOVER, NOON))
    given(CALL, *ORDERED, OPERATOR_GOES).when(applied).then(heard(TAKEOVER, 7))


def test_another_mode_lets_nobody_go() -> None:
    applied = happened(7, ModeApplied("leg_sup", WHISPER, NOON))
    given(CALL, *LISTENING, supervision(WHISPER)).when(applied).then(heard(WHISPER, 7))


@pytest.mark.parametrize(
    "reason", [LegEndReason.RELEASED, LegEndReason.HUNG_UP, LegEndReason.FAILED]
)
def test_an_operator_who_left_a_call_that_was_taken_over_did_not_just_leave(
    reason: LegEndReason,
) -> None:
    left = happened(8, LegLeft("leg_op", reason, None))
    given(CALL, *HANDLING).when(left).then(operator_ended(LegEndReason.TAKEN_OVER, 8))


def test_a_leg_that_is_gone_already_was_taken_over_too() -> None:
    gone = FailOrder("hang-up/leg_op", "UNKNOWN_LEG")
    given(CALL, *HANDLING).when(gone).then(operator_ended(LegEndReason.TAKEN_OVER, 0))


def test_an_operator_who_hangs_up_before_the_takeover_has_hung_up() -> None:
    left = happened(7, LegLeft("leg_op", LegEndReason.HUNG_UP, None))
    given(CALL, *ORDERED).when(left).then(operator_ended(LegEndReason.HUNG_UP, 7))


def test_a_call_that_ends_takes_an_operator_along_who_was_still_to_go() -> None:
    over = happened(8, Over(CallEndReason.CUSTOMER_HUNG_UP))
    given(CALL, *HANDLING).when(over).then(
        operator_ended(LegEndReason.CALL_ENDED, 8),
        supervisor_ended(LegEndReason.CALL_ENDED, 8),
        CallEnded(reason=CallEndReason.CUSTOMER_HUNG_UP, node_id=NODE, happening_seq=8),
    )


def test_the_call_ends_when_the_supervisor_who_has_it_hangs_up() -> None:
    left = happened(9, LegLeft("leg_sup", LegEndReason.HUNG_UP, None))
    hung_up = supervisor_ended(LegEndReason.HUNG_UP, 9)
    given(CALL, *ALONE).when(left).then(hung_up)
    over = happened(10, Over(CallEndReason.SUPERVISOR_HUNG_UP))
    ended = CallEnded(reason=CallEndReason.SUPERVISOR_HUNG_UP, node_id=NODE, happening_seq=10)
    given(CALL, *ALONE, hung_up).when(over).then(ended)


def test_a_supervisor_who_has_the_call_leaves_by_ending_it() -> None:
    given(CALL, *ALONE).when(Unsupervise("spv_1")).then(ENDING)
    given(CALL, *ALONE, ENDING).when(Unsupervise("spv_1")).then()


def test_a_supervisor_who_leaves_before_the_customer_hears_them_just_leaves() -> None:
    left = UnsupervisionOrdered(leg_id="leg_sup", supervision_id="spv_1")
    given(CALL, *ORDERED).when(Unsupervise("spv_1")).then(left)
    applied = happened(7, ModeApplied("leg_sup", TAKEOVER, NOON))
    given(CALL, *ORDERED, left).when(applied).then(heard(TAKEOVER, 7))


@pytest.mark.parametrize("history", [ORDERED, HANDLING, ALONE], ids=["ordered", "heard", "alone"])
def test_nobody_hands_a_call_back(history: tuple[CallEvent, ...]) -> None:
    back = replace(TAKE_OVER, mode=LISTEN)
    given(CALL, *history).when(back).then_refused("TAKEN_OVER")


@pytest.mark.parametrize("history", [ORDERED, HANDLING, ALONE], ids=["ordered", "heard", "alone"])
def test_a_call_is_taken_over_by_one(history: tuple[CallEvent, ...]) -> None:
    other = replace(TAKE_OVER, leg_id="leg_s2", supervisor_id="usr_ito", supervision_id="spv_2")
    taken = given(CALL, *history)
    taken.when(other).then_refused("ALREADY_TAKEN_OVER")


def test_taking_over_twice_changes_nothing() -> None:
    given(CALL, *ALONE).when(TAKE_OVER).then()


def test_others_may_listen_to_a_call_that_was_taken_over() -> None:
    other = Supervise("leg_s2", "usr_ito", "spv_2", LISTEN)
    ordered = supervision(LISTEN).model_copy(
        update={"leg_id": "leg_s2", "supervisor_id": "usr_ito", "supervision_id": "spv_2"}
    )
    given(CALL, *ALONE).when(other).then(ordered)


@pytest.mark.parametrize("history", [CONNECTED, (*CONNECTED, DIALLED, RANG)])
def test_nobody_takes_over_a_call_without_an_operator(history: tuple[CallEvent, ...]) -> None:
    given(CALL, *history).when(TAKE_OVER).then_refused("NOT_TALKING")


def test_nobody_and_nothing_speaks_in_the_place_of_the_supervisor() -> None:
    given(CALL, *ALONE).when(DIAL).then_refused("TAKEN_OVER")
    given(CALL, *ALONE).when(play()).then_refused("TAKEN_OVER")


def test_an_operator_whose_call_was_taken_over_is_let_go_once() -> None:
    given(CALL, *HANDLING).when(HangUp("usr_mori")).then()
    given(CALL, *ALONE).when(HangUp("usr_mori")).then()


@pytest.mark.parametrize(
    "fact",
    [LegLeft("leg_op", LegEndReason.RELEASED, None), ModeApplied("leg_sup", TAKEOVER, NOON)],
    ids=["the operator left", "the customer hears the supervisor"],
)
def test_what_the_node_says_of_a_takeover_counts_once(fact: Fact) -> None:
    given(CALL, *ALONE).when(happened(9, fact)).then()
