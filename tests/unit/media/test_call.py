"""A call: what may be asked of it, and when."""

from dataclasses import replace

import pytest
from tests.harness.specification import NOON, given
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
    play,
    supervision,
)

from sasayaki.media.v1.call_events import (
    AnswerOrdered,
    CallEnded,
    CallEndReason,
    HangUpOrdered,
    LegEndReason,
    OperatorLegDialled,
    OperatorLegEnded,
    RecordingPolicy,
    SupervisionOrdered,
    UnsupervisionOrdered,
)
from sasayaki_media.calls.asked import PLAYS_MAX
from sasayaki_media.calls.asked_legs import OPERATOR_LEGS_MAX, SUPERVISOR_LEGS_MAX
from sasayaki_media.calls.call import CALL
from sasayaki_media.calls.commands import (
    Answer,
    Arrive,
    Command,
    Dial,
    GiveUp,
    HangUp,
    Supervise,
    Unsupervise,
)
from sasayaki_media.calls.happened import Source

ARRIVE = Arrive(
    source=Source(NODE, 1),
    node_call_id="call_7",
    dialled_number="+81661234567",
    caller_hash="hash",
    caller_sealed="sealed",
)
ANSWER = Answer(RecordingPolicy.AFTER_GUIDANCE)
DIAL = Dial(leg_id="leg_op", operator_id="usr_mori", ring_ms_max=20_000)
SUPERVISE = Supervise(
    leg_id="leg_sup", supervisor_id="usr_sato", supervision_id="spv_1", mode=LISTEN
)
ENDED = CallEnded(reason=CallEndReason.CUSTOMER_HUNG_UP, node_id=NODE, happening_seq=9)
ENDING = HangUpOrdered(leg_id="")
DROPPED = HangUpOrdered(leg_id="leg_op")


def test_an_invited_call_arrives_with_thirty_seconds_to_be_answered() -> None:
    given(CALL).when(ARRIVE, at=NOON).then(ARRIVED)


def test_a_call_arrives_once() -> None:
    given(CALL, ARRIVED).when(ARRIVE).then()
    given(CALL, ARRIVED, ENDED).when(ARRIVE).then()


def test_a_call_that_nobody_answers_in_time_is_ended() -> None:
    given(CALL, ARRIVED).when_time_passes().then(ENDING)


def test_a_call_is_given_up_once() -> None:
    given(CALL, ARRIVED, ENDING).then_nothing_is_due()
    given(CALL, ARRIVED, ENDING).when(GiveUp()).then()


def test_a_call_that_is_to_be_answered_is_not_given_up() -> None:
    given(CALL, ARRIVED, ANSWER_ORDERED).then_nothing_is_due()
    given(CALL, ARRIVED, ANSWER_ORDERED).when(GiveUp()).then()


def test_answering_says_from_when_the_call_is_recorded() -> None:
    given(CALL, ARRIVED).when(ANSWER).then(ANSWER_ORDERED)
    unrecorded = RecordingPolicy.NONE
    given(CALL, ARRIVED).when(Answer(unrecorded)).then(AnswerOrdered(record=unrecorded))


def test_answering_an_answered_call_changes_nothing() -> None:
    given(CALL, ARRIVED, ANSWER_ORDERED).when(ANSWER).then()
    given(CALL, *CONNECTED).when(ANSWER).then()


def test_prompts_may_be_ordered_before_the_customer_hears_them() -> None:
    given(CALL, ARRIVED, ANSWER_ORDERED).when(play()).then(ordered())


def test_prompts_may_collect_digits() -> None:
    given(CALL, *CONNECTED).when(play(digits_max=1)).then(ordered(digits_max=1))


def test_a_play_may_follow_another_that_is_under_way() -> None:
    given(CALL, *CONNECTED, ordered("ply_1")).when(play("ply_2")).then(ordered("ply_2"))


def test_a_play_is_named_once_while_it_is_under_way() -> None:
    given(CALL, *CONNECTED, ordered()).when(play()).then_refused("PLAY_EXISTS")


def test_plays_under_way_are_limited() -> None:
    plays = [ordered(f"ply_{n}") for n in range(PLAYS_MAX)]
    given(CALL, *CONNECTED, *plays).when(play("ply_more")).then_refused("TOO_MANY_PLAYS")


@pytest.mark.parametrize("command", [play("ply_2"), DIAL], ids=["a prompt", "an operator"])
def test_nothing_cuts_the_guidance_short(command: Command) -> None:
    guided = given(CALL, *CONNECTED, ordered(guidance=True))
    guided.when(command).then_refused("GUIDANCE_UNDER_WAY")


def test_no_prompt_stands_in_place_of_the_operators_voice() -> None:
    given(CALL, *TALKING).when(play()).then_refused("OPERATOR_ON_CALL")


def test_an_operators_phone_is_dialled() -> None:
    given(CALL, *CONNECTED).when(DIAL).then(DIALLED)


def test_nobody_is_dialled_before_the_call_is_answered() -> None:
    given(CALL, ARRIVED, ANSWER_ORDERED).when(DIAL).then_refused("NOT_ANSWERED")


def test_the_next_operator_takes_the_place_of_one_who_still_rings() -> None:
    other = Dial(leg_id="leg_2", operator_id="usr_abe", ring_ms_max=5_000)
    dialled = OperatorLegDialled(leg_id="leg_2", operator_id="usr_abe", ring_ms_max=5_000)
    given(CALL, *CONNECTED, DIALLED, RANG).when(other).then(DROPPED, dialled)


def test_an_operator_is_dialled_once() -> None:
    again = replace(DIAL, leg_id="leg_2")
    given(CALL, *CONNECTED, DIALLED).when(again).then_refused("ALREADY_DIALLED")


def test_an_operator_may_be_dialled_again_after_hanging_up() -> None:
    again = replace(DIAL, leg_id="leg_2")
    dialled = OperatorLegDialled(leg_id="leg_2", operator_id="usr_mori", ring_ms_max=20_000)
    given(CALL, *CONNECTED, DIALLED, DROPPED).when(again).then(dialled)


def test_nobody_is_dialled_into_a_talk() -> None:
    other = Dial(leg_id="leg_2", operator_id="usr_abe", ring_ms_max=5_000)
    given(CALL, *TALKING).when(other).then_refused("OPERATOR_ON_CALL")


def test_operators_legs_are_limited() -> None:
    legs = [
        event
        for n in range(OPERATOR_LEGS_MAX)
        for event in (
            OperatorLegDialled(leg_id=f"leg_{n}", operator_id=f"usr_{n}", ring_ms_max=1_000),
            HangUpOrdered(leg_id=f"leg_{n}"),
        )
    ]
    given(CALL, *CONNECTED, *legs).when(DIAL).then_refused("TOO_MANY_LEGS")


def test_a_supervisor_comes_to_listen() -> None:
    given(CALL, *TALKING).when(SUPERVISE).then(supervision(LISTEN))


def test_a_change_of_mode_keeps_the_leg() -> None:
    change = replace(SUPERVISE, leg_id="leg_other", mode=WHISPER)
    given(CALL, *TALKING, supervision(LISTEN)).when(change).then(supervision(WHISPER))


def test_the_mode_that_is_ordered_already_changes_nothing() -> None:
    again = replace(SUPERVISE, leg_id="leg_other")
    given(CALL, *TALKING, supervision(LISTEN)).when(again).then()


def test_a_supervisor_is_on_a_call_once() -> None:
    second = replace(SUPERVISE, leg_id="leg_other", supervision_id="spv_2")
    listening = given(CALL, *TALKING, supervision(LISTEN))
    listening.when(second).then_refused("ALREADY_SUPERVISING")


def test_a_supervision_is_one_supervisors() -> None:
    other = replace(SUPERVISE, supervisor_id="usr_ito", mode=WHISPER)
    listening = given(CALL, *TALKING, supervision(LISTEN))
    listening.when(other).then_refused("NOT_THEIR_SUPERVISION")


def test_supervisors_are_limited() -> None:
    legs = [
        SupervisionOrdered(
            leg_id=f"leg_s{n}", supervisor_id=f"usr_{n}", supervision_id=f"spv_s{n}", mode=LISTEN
        )
        for n in range(SUPERVISOR_LEGS_MAX)
    ]
    given(CALL, *TALKING, *legs).when(SUPERVISE).then_refused("TOO_MANY_LEGS")


def test_nobody_supervises_a_call_that_is_not_answered() -> None:
    given(CALL, ARRIVED).when(SUPERVISE).then_refused("NOT_ANSWERED")


def test_a_supervisor_leaves() -> None:
    left = UnsupervisionOrdered(leg_id="leg_sup", supervision_id="spv_1")
    listening = given(CALL, *TALKING, supervision(LISTEN), heard(LISTEN, 6))
    listening.when(Unsupervise("spv_1")).then(left)


def test_a_supervisor_leaves_once() -> None:
    left = UnsupervisionOrdered(leg_id="leg_sup", supervision_id="spv_1")
    given(CALL, *TALKING, supervision(LISTEN), left).when(Unsupervise("spv_1")).then()
    given(CALL, *TALKING).when(Unsupervise("spv_1")).then()
    given(CALL, ARRIVED).when(Unsupervise("spv_1")).then()


def test_an_operators_leg_is_hung_up() -> None:
    given(CALL, *TALKING).when(HangUp("usr_mori")).then(DROPPED)


def test_a_hang_up_that_spares_a_picked_up_leg_ends_only_a_ringing_one() -> None:
    sparing = HangUp("usr_mori", unless_picked_up=True)
    given(CALL, *CONNECTED, DIALLED).when(sparing).then(DROPPED)
    given(CALL, *TALKING).when(sparing).then()


def test_hanging_up_who_is_not_there_changes_nothing() -> None:
    given(CALL, *TALKING).when(HangUp("usr_abe")).then()
    given(CALL, *TALKING, DROPPED).when(HangUp("usr_mori")).then()
    given(CALL, ARRIVED).when(HangUp("usr_mori")).then()


def test_a_call_is_hung_up_once() -> None:
    given(CALL, *TALKING).when(HangUp()).then(ENDING)
    given(CALL, *TALKING, ENDING).when(HangUp()).then()


@pytest.mark.parametrize(
    "command", [ANSWER, play(), DIAL, SUPERVISE], ids=lambda c: type(c).__name__
)
def test_a_call_that_is_being_ended_takes_nothing_new(command: Command) -> None:
    given(CALL, *CONNECTED, ENDING).when(command).then_refused("CALL_ENDING")


@pytest.mark.parametrize(
    "command", [ANSWER, play(), DIAL, SUPERVISE], ids=lambda c: type(c).__name__
)
def test_a_call_that_is_over_takes_nothing_new(command: Command) -> None:
    given(CALL, *CONNECTED, ENDED).when(command).then_refused("CALL_ENDED")


@pytest.mark.parametrize("command", [HangUp(), HangUp("usr_mori"), Unsupervise("spv_1")])
def test_leaving_a_call_that_is_over_is_no_error(command: Command) -> None:
    given(CALL, *CONNECTED, ENDED).when(command).then()


@pytest.mark.parametrize(
    "command",
    [ANSWER, play(), DIAL, SUPERVISE, HangUp(), Unsupervise("spv_1")],
    ids=lambda c: type(c).__name__,
)
def test_nothing_can_be_asked_of_a_contact_that_is_not_known(command: Command) -> None:
    given(CALL).when(command).then_refused("UNKNOWN_CONTACT")


def test_an_operator_whose_leg_is_over_has_left_the_call() -> None:
    over = OperatorLegEnded(
        leg_id="leg_op",
        operator_id="usr_mori",
        reason=LegEndReason.NO_ANSWER,
        node_id=NODE,
        happening_seq=4,
    )
    given(CALL, *CONNECTED, DIALLED, RANG, over).when(DIAL).then(DIALLED)
