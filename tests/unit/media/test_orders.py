"""The orders that are outstanding: all that was ordered and is not known to have happened."""

import pytest
from tests.unit.media.calls import (
    ANSWER_ORDERED,
    ARRIVED,
    CONNECTED,
    DIALLED,
    LISTEN,
    NODE,
    PICKED_UP,
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
    HangUpOrdered,
    LegEndReason,
    OperatorLegDialled,
    OperatorLegEnded,
    PromptOutcome,
    PromptPlayed,
    RecordingPolicy,
    SupervisorLegEnded,
    UnsupervisionOrdered,
)
from sasayaki_media.calls.call import CALL
from sasayaki_media.calls.orders import AnswerCall, DialLeg, SetMode, outstanding

ENDED = CallEnded(reason=CallEndReason.RELEASED, node_id=NODE, happening_seq=9)
ENDING = HangUpOrdered(leg_id="")
DROPPED = HangUpOrdered(leg_id="leg_op")
NEXT = OperatorLegDialled(leg_id="leg_2", operator_id="usr_abe", ring_ms_max=5_000)
DROPPED_OVER = OperatorLegEnded(
    leg_id="leg_op",
    operator_id="usr_mori",
    reason=LegEndReason.RELEASED,
    node_id=NODE,
    happening_seq=6,
)
LEAVING = UnsupervisionOrdered(leg_id="leg_sup", supervision_id="spv_1")
LEFT = SupervisorLegEnded(
    leg_id="leg_sup",
    supervisor_id="usr_sato",
    supervision_id="spv_1",
    reason=LegEndReason.RELEASED,
    node_id=NODE,
    happening_seq=8,
)


def keys(*history: CallEvent) -> list[str]:
    return [order.key for order in outstanding(CALL.fold(CALL.initial, history))]


def prompt_played(play_id: str) -> PromptPlayed:
    return PromptPlayed(
        play_id=play_id,
        heard_ms=1,
        total_ms=1,
        outcome=PromptOutcome.STOPPED,
        node_id=NODE,
        happening_seq=3,
    )


def test_nothing_is_ordered_of_a_call_that_is_not_known() -> None:
    assert keys() == []


def test_an_arrived_call_is_to_be_admitted() -> None:
    assert keys(ARRIVED) == ["admit"]


def test_admitting_stands_before_answering() -> None:
    assert keys(ARRIVED, ANSWER_ORDERED) == ["admit", "answer"]


def test_the_answer_says_whether_the_call_is_recorded() -> None:
    state = CALL.fold(CALL.initial, [ARRIVED, ANSWER_ORDERED])
    assert outstanding(state)[1] == AnswerCall(RecordingPolicy.AFTER_GUIDANCE)


def test_a_play_waits_for_the_answer() -> None:
    assert keys(ARRIVED, ANSWER_ORDERED, ordered()) == ["admit", "answer"]
    assert keys(*CONNECTED, ordered()) == ["play/1"]


def test_a_play_that_has_ended_is_no_longer_ordered() -> None:
    assert keys(*CONNECTED, ordered(), prompt_played("ply_1")) == []
    collected = DigitsCollected(
        play_id="ply_1",
        digits="2",
        outcome=DigitsOutcome.COLLECTED,
        heard_ms=1,
        node_id=NODE,
        happening_seq=3,
    )
    assert keys(*CONNECTED, ordered(digits_max=1), collected) == []


def test_a_name_that_is_used_again_is_another_play() -> None:
    assert keys(*CONNECTED, ordered(), prompt_played("ply_1"), ordered()) == ["play/2"]


def test_a_dial_is_ordered_until_the_phone_rings() -> None:
    assert keys(*CONNECTED, DIALLED) == ["dial/leg_op"]
    assert keys(*CONNECTED, DIALLED, RANG) == []
    assert keys(*CONNECTED, DIALLED, PICKED_UP) == []


def test_the_next_dial_waits_until_the_leg_before_is_over() -> None:
    replaced = (*CONNECTED, DIALLED, RANG, DROPPED, NEXT)
    assert keys(*replaced) == ["hang-up/leg_op"]
    assert keys(*replaced, DROPPED_OVER) == ["dial/leg_2"]


def test_a_mode_is_ordered_until_the_sound_follows_it() -> None:
    assert keys(*TALKING, supervision(LISTEN)) == ["supervise/leg_sup/1"]
    assert keys(*TALKING, supervision(LISTEN), heard(LISTEN, 6)) == []


def test_each_change_of_mode_is_an_order_of_its_own() -> None:
    changed = (*TALKING, supervision(LISTEN), heard(LISTEN, 6), supervision(WHISPER))
    assert keys(*changed) == ["supervise/leg_sup/2"]
    assert keys(*changed, heard(WHISPER, 7)) == []


def test_an_older_mode_that_was_applied_does_not_stand_for_the_newer() -> None:
    changed = (*TALKING, supervision(LISTEN), supervision(WHISPER), heard(LISTEN, 6))
    state = CALL.fold(CALL.initial, changed)
    assert outstanding(state) == (
        SetMode("leg_sup", "usr_sato", WHISPER, keep_phone=False, change=2),
    )


def test_a_supervisor_who_is_to_leave_gets_no_other_order() -> None:
    assert keys(*TALKING, supervision(LISTEN), LEAVING) == ["unsupervise/leg_sup"]
    assert keys(*TALKING, supervision(LISTEN), LEAVING, LEFT) == []


def test_a_call_that_is_to_end_gets_no_other_order() -> None:
    assert keys(*TALKING, supervision(LISTEN), ENDING) == ["hang-up"]
    assert keys(*CONNECTED, ordered(), ENDING) == ["hang-up"]


def test_a_call_is_admitted_before_it_is_ended() -> None:
    assert keys(ARRIVED, ENDING) == ["admit", "hang-up"]
    assert keys(ARRIVED, ANSWER_ORDERED, ENDING) == ["admit", "hang-up"]


@pytest.mark.parametrize(
    "history",
    [(ARRIVED,), (*CONNECTED, ordered(), DIALLED), (*TALKING, supervision(LISTEN), ENDING)],
    ids=["arrived", "in the flow", "supervised"],
)
def test_nothing_is_outstanding_of_a_call_that_is_over(history: tuple[CallEvent, ...]) -> None:
    assert keys(*history, ENDED) == []


def test_the_orders_after_a_replay_are_the_orders_before() -> None:
    history = (*TALKING, supervision(LISTEN), heard(LISTEN, 6), supervision(WHISPER))
    before = outstanding(CALL.fold(CALL.initial, history))
    assert outstanding(CALL.fold(CALL.initial, history)) == before


def test_a_dial_names_whose_phone_and_for_how_long() -> None:
    (dial,) = outstanding(CALL.fold(CALL.initial, [*CONNECTED, DIALLED]))
    assert isinstance(dial, DialLeg)
    assert (dial.leg.operator_id, dial.leg.ring_ms_max) == ("usr_mori", 20_000)
