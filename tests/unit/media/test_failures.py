"""An order that can't be carried out never leaves anybody waiting."""

import pytest
from tests.harness.specification import given
from tests.unit.media.calls import (
    ANSWER_ORDERED,
    ARRIVED,
    CONNECTED,
    DIALLED,
    LISTEN,
    NODE,
    RANG,
    TALKING,
    WHISPER,
    heard,
    ordered,
    supervision,
)

from sasayaki.media.v1.call_events import (
    CallEnded,
    CallEndReason,
    CallEvent,
    DigitsCollected,
    DigitsOutcome,
    GuidancePlayed,
    HangUpOrdered,
    LegEndReason,
    OperatorLegEnded,
    PromptOutcome,
    PromptPlayed,
    SupervisorLegEnded,
    UnsupervisionOrdered,
)
from sasayaki_media.calls.call import CALL
from sasayaki_media.calls.commands import FailOrder
from sasayaki_media.calls.orders import outstanding

ENDING = HangUpOrdered(leg_id="")
LEAVING = UnsupervisionOrdered(leg_id="leg_sup", supervision_id="spv_1")


def ended(reason: CallEndReason) -> CallEnded:
    return CallEnded(reason=reason, node_id=NODE, happening_seq=0)


def operator_ended(reason: LegEndReason) -> OperatorLegEnded:
    return OperatorLegEnded(
        leg_id="leg_op", operator_id="usr_mori", reason=reason, node_id=NODE, happening_seq=0
    )


def supervisor_ended(reason: LegEndReason) -> SupervisorLegEnded:
    return SupervisorLegEnded(
        leg_id="leg_sup",
        supervisor_id="usr_sato",
        supervision_id="spv_1",
        reason=reason,
        node_id=NODE,
        happening_seq=0,
    )


def test_a_call_that_is_gone_before_it_is_admitted_was_hung_up() -> None:
    gone = FailOrder("admit", "UNKNOWN_CALL")
    given(CALL, ARRIVED).when(gone).then(ended(CallEndReason.CUSTOMER_HUNG_UP))


def test_a_call_that_cannot_be_admitted_has_failed() -> None:
    full = FailOrder("admit", "OVERLOADED")
    given(CALL, ARRIVED).when(full).then(ended(CallEndReason.FAILED))


def test_a_call_that_cannot_be_answered_is_ended() -> None:
    given(CALL, ARRIVED, ANSWER_ORDERED).when(FailOrder("answer", "NO_PORT")).then(ENDING)


def test_a_call_without_its_guidance_does_not_go_on() -> None:
    guided = given(CALL, *CONNECTED, ordered(guidance=True))
    unheard = GuidancePlayed(
        play_id="ply_1",
        prompt_sha256="ab" * 32,
        heard_ms=0,
        total_ms=0,
        outcome=PromptOutcome.STOPPED,
        node_id=NODE,
        happening_seq=0,
    )
    guided.when(FailOrder("play/1", "UNKNOWN_PROMPT")).then(unheard, ENDING)


def test_a_menu_that_cannot_be_played_is_as_if_no_key_came() -> None:
    none_came = DigitsCollected(
        play_id="ply_1",
        digits="",
        outcome=DigitsOutcome.TIMED_OUT,
        heard_ms=0,
        node_id=NODE,
        happening_seq=0,
    )
    menu = given(CALL, *CONNECTED, ordered(digits_max=1))
    menu.when(FailOrder("play/1", "UNKNOWN_PROMPT")).then(none_came)


def test_a_prompt_that_cannot_be_played_was_not_heard() -> None:
    unheard = PromptPlayed(
        play_id="ply_1",
        heard_ms=0,
        total_ms=0,
        outcome=PromptOutcome.STOPPED,
        node_id=NODE,
        happening_seq=0,
    )
    playing = given(CALL, *CONNECTED, ordered())
    playing.when(FailOrder("play/1", "UNKNOWN_PROMPT")).then(unheard)


def test_an_operator_who_cannot_be_dialled_has_left() -> None:
    dialled = given(CALL, *CONNECTED, DIALLED)
    dialled.when(FailOrder("dial/leg_op", "NO_PORT")).then(operator_ended(LegEndReason.FAILED))


def test_a_leg_that_is_gone_was_hung_up_as_ordered() -> None:
    dropped = given(CALL, *CONNECTED, DIALLED, RANG, HangUpOrdered(leg_id="leg_op"))
    gone = FailOrder("hang-up/leg_op", "UNKNOWN_LEG")
    dropped.when(gone).then(operator_ended(LegEndReason.RELEASED))


def test_a_supervisor_who_cannot_be_rung_has_left() -> None:
    summoned = given(CALL, *TALKING, supervision(LISTEN))
    failed = FailOrder("supervise/leg_sup/1", "NO_PORT")
    summoned.when(failed).then(supervisor_ended(LegEndReason.FAILED))


def test_a_supervisor_whose_mode_cannot_be_changed_leaves() -> None:
    changing = given(CALL, *TALKING, supervision(LISTEN), heard(LISTEN, 6), supervision(WHISPER))
    changing.when(FailOrder("supervise/leg_sup/2", "OVERLOADED")).then(LEAVING)
    gone = FailOrder("supervise/leg_sup/2", "UNKNOWN_LEG")
    changing.when(gone).then(supervisor_ended(LegEndReason.FAILED))


def test_a_supervisor_who_is_gone_has_left_as_ordered() -> None:
    leaving = given(CALL, *TALKING, supervision(LISTEN), heard(LISTEN, 6), LEAVING)
    gone = FailOrder("unsupervise/leg_sup", "UNKNOWN_LEG")
    leaving.when(gone).then(supervisor_ended(LegEndReason.RELEASED))


def test_a_call_that_is_gone_was_ended_as_ordered() -> None:
    ending = given(CALL, *CONNECTED, ENDING)
    ending.when(FailOrder("hang-up", "UNKNOWN_CALL")).then(ended(CallEndReason.RELEASED))


def test_a_call_that_the_node_does_not_know_has_failed_for_everybody() -> None:
    dialled = given(CALL, *CONNECTED, DIALLED)
    dialled.when(FailOrder("dial/leg_op", "UNKNOWN_CALL")).then(
        operator_ended(LegEndReason.CALL_ENDED), ended(CallEndReason.FAILED)
    )


def test_a_failure_that_was_overtaken_changes_nothing() -> None:
    given(CALL, *CONNECTED, DIALLED, RANG).when(FailOrder("dial/leg_op", "WRONG_STATE")).then()
    given(CALL, *CONNECTED).when(FailOrder("answer", "WRONG_STATE")).then()
    over = given(CALL, *CONNECTED, ended(CallEndReason.RELEASED))
    over.when(FailOrder("hang-up", "UNKNOWN_CALL")).then()


@pytest.mark.parametrize("error", ["UNKNOWN_CALL", "UNKNOWN_LEG", "WRONG_STATE", "BAD_ORDER"])
@pytest.mark.parametrize(
    "history",
    [
        (ARRIVED,),
        (ARRIVED, ANSWER_ORDERED),
        (ARRIVED, ENDING),
        (*CONNECTED, ordered(guidance=True)),
        (*CONNECTED, ordered(), DIALLED),
        (*TALKING, supervision(LISTEN), heard(LISTEN, 6), supervision(WHISPER)),
        (*TALKING, supervision(LISTEN), LEAVING),
        (*TALKING, ENDING),
    ],
)
def test_no_order_that_failed_stays_outstanding(history: tuple[CallEvent, ...], error: str) -> None:
    state = CALL.fold(CALL.initial, history)
    for order in outstanding(state):
        events = given(CALL, *history).when(FailOrder(order.key, error)).events
        after = outstanding(CALL.fold(state, events))
        assert order.key not in {left.key for left in after}
