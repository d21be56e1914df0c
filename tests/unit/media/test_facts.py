"""What the node says happened: taken down once, in the call's own words."""

from dataclasses import replace
from datetime import timedelta

import pytest
from tests.harness.specification import NOON, given
from tests.unit.media.calls import (
    ANSWER_ORDERED,
    ANSWERED,
    ARRIVED,
    CONNECTED,
    DIALLED,
    LISTEN,
    NODE,
    PICKED_UP,
    RANG,
    TALK,
    TALKING,
    TAP,
    WHISPER,
    happened,
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
    HoldEnded,
    HoldStarted,
    LegEndReason,
    OperatorLegEnded,
    OverlapHeard,
    PromptOutcome,
    PromptPlayed,
    SilenceBegan,
    SilenceEnded,
    SupervisorLegEnded,
    TapClosed,
)
from sasayaki_media.calls.call import CALL
from sasayaki_media.calls.commands import LoseNode, Note
from sasayaki_media.calls.happened import (
    Answered,
    BrokeSilence,
    Fact,
    FellSilent,
    Held,
    Joined,
    LegLeft,
    ModeApplied,
    Over,
    Overlapped,
    PickedUp,
    Played,
    PlayEnd,
    Rang,
    Resumed,
    Source,
    TapBegan,
    TapStopped,
    Withdrawn,
)
from sasayaki_media.calls.states import Connected


def played(end: PlayEnd, *, heard_ms: int = 4_000, digits: str = "") -> Played:
    return Played("ply_1", heard_ms=heard_ms, total_ms=4_000, end=end, digits=digits)


def guidance_played(outcome: PromptOutcome, heard_ms: int, seq: int) -> GuidancePlayed:
    return GuidancePlayed(
        play_id="ply_1",
        prompt_sha256="ab" * 32,
        heard_ms=heard_ms,
        total_ms=4_000,
        outcome=outcome,
        node_id=NODE,
        happening_seq=seq,
    )


def collected(
    outcome: DigitsOutcome, digits: str, seq: int, heard_ms: int = 4_000
) -> DigitsCollected:
    return DigitsCollected(
        play_id="ply_1",
        digits=digits,
        outcome=outcome,
        heard_ms=heard_ms,
        node_id=NODE,
        happening_seq=seq,
    )


def prompt_played(outcome: PromptOutcome, seq: int, heard_ms: int = 4_000) -> PromptPlayed:
    return PromptPlayed(
        play_id="ply_1",
        heard_ms=heard_ms,
        total_ms=4_000,
        outcome=outcome,
        node_id=NODE,
        happening_seq=seq,
    )


def operator_ended(reason: LegEndReason, seq: int, sip_code: int | None = None) -> OperatorLegEnded:
    return OperatorLegEnded(
        leg_id="leg_op",
        operator_id="usr_mori",
        reason=reason,
        sip_code=sip_code,
        node_id=NODE,
        happening_seq=seq,
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


def ended(reason: CallEndReason, seq: int) -> CallEnded:
    return CallEnded(reason=reason, node_id=NODE, happening_seq=seq)


def test_the_customers_phone_confirms_the_answer() -> None:
    given(CALL, ARRIVED, ANSWER_ORDERED).when(happened(2, Answered())).then(ANSWERED)


def test_guidance_that_was_heard_is_a_fact_of_its_own() -> None:
    guided = given(CALL, *CONNECTED, ordered(guidance=True))
    whole = guidance_played(PromptOutcome.COMPLETED, 4_000, seq=3)
    guided.when(happened(3, played(PlayEnd.COMPLETED))).then(whole)


def test_a_caller_who_hangs_up_during_the_guidance_is_recorded_so() -> None:
    guided = given(CALL, *CONNECTED, ordered(guidance=True))
    part = guidance_played(PromptOutcome.HUNG_UP, 1_200, seq=3)
    guided.when(happened(3, played(PlayEnd.HUNG_UP, heard_ms=1_200))).then(part)


def test_guidance_that_asks_for_digits_tells_of_both() -> None:
    guided = given(CALL, *CONNECTED, ordered(guidance=True, digits_max=1))
    guided.when(happened(3, played(PlayEnd.COLLECTED, digits="2"))).then(
        guidance_played(PromptOutcome.COMPLETED, 4_000, seq=3),
        collected(DigitsOutcome.COLLECTED, "2", seq=3),
    )


@pytest.mark.parametrize(
    ("end", "digits", "outcome"),
    [
        (PlayEnd.COLLECTED, "2", DigitsOutcome.COLLECTED),
        (PlayEnd.TIMED_OUT, "", DigitsOutcome.TIMED_OUT),
        (PlayEnd.HUNG_UP, "1", DigitsOutcome.HUNG_UP),
    ],
)
def test_keys_that_were_pressed_or_not_are_told(
    end: PlayEnd, digits: str, outcome: DigitsOutcome
) -> None:
    menu = given(CALL, *CONNECTED, ordered(digits_max=2))
    menu.when(happened(3, played(end, digits=digits))).then(collected(outcome, digits, seq=3))


@pytest.mark.parametrize(
    ("end", "outcome"),
    [
        (PlayEnd.COMPLETED, PromptOutcome.COMPLETED),
        (PlayEnd.HUNG_UP, PromptOutcome.HUNG_UP),
        (PlayEnd.STOPPED, PromptOutcome.STOPPED),
    ],
)
def test_plain_prompts_tell_how_they_ended(end: PlayEnd, outcome: PromptOutcome) -> None:
    playing = given(CALL, *CONNECTED, ordered())
    playing.when(happened(3, played(end))).then(prompt_played(outcome, seq=3))


def test_a_menu_that_was_stopped_collected_nothing() -> None:
    menu = given(CALL, *CONNECTED, ordered(digits_max=1))
    stopped = prompt_played(PromptOutcome.STOPPED, seq=3, heard_ms=900)
    menu.when(happened(3, played(PlayEnd.STOPPED, heard_ms=900))).then(stopped)


def test_a_play_that_nobody_ordered_is_passed_over() -> None:
    given(CALL, *CONNECTED).when(happened(3, played(PlayEnd.COMPLETED))).then()


def test_an_operator_is_rung_picks_up_and_talks() -> None:
    given(CALL, *CONNECTED, DIALLED).when(happened(3, Rang("leg_op"))).then(RANG)
    given(CALL, *CONNECTED, DIALLED, RANG).when(happened(4, PickedUp("leg_op"))).then(PICKED_UP)
    picked_up = given(CALL, *CONNECTED, DIALLED, RANG, PICKED_UP)
    picked_up.when(happened(5, Joined("leg_op"))).then(TALK)


def test_an_operators_leg_never_goes_back() -> None:
    given(CALL, *TALKING).when(happened(6, Rang("leg_op"))).then()


def test_an_operator_who_is_busy_leaves_with_the_phones_answer() -> None:
    busy = LegLeft("leg_op", LegEndReason.REFUSED, 486)
    rung = given(CALL, *CONNECTED, DIALLED, RANG)
    rung.when(happened(4, busy)).then(operator_ended(LegEndReason.REFUSED, 4, sip_code=486))


def test_the_instant_from_which_the_sound_follows_the_mode_is_told() -> None:
    ordered_mode = given(CALL, *TALKING, supervision(WHISPER))
    applied = ModeApplied("leg_sup", WHISPER, NOON)
    ordered_mode.when(happened(6, applied)).then(heard(WHISPER, 6))


def test_a_supervisor_whose_phone_went_on_to_another_call_has_moved() -> None:
    listening = given(CALL, *TALKING, supervision(LISTEN), heard(LISTEN, 6))
    moved = LegLeft("leg_sup", LegEndReason.MOVED, None)
    listening.when(happened(7, moved)).then(supervisor_ended(LegEndReason.MOVED, 7))


def test_silence_begins_and_ends() -> None:
    since = NOON - timedelta(seconds=3)
    began = SilenceBegan(since=since, node_id=NODE, happening_seq=6)
    given(CALL, *TALKING).when(happened(6, FellSilent(since))).then(began)
    ended = SilenceEnded(silent_ms=4_200, node_id=NODE, happening_seq=7)
    given(CALL, *TALKING, began).when(happened(7, BrokeSilence(4_200))).then(ended)


def test_both_speaking_at_once_is_told_when_it_is_over() -> None:
    told = OverlapHeard(overlap_ms=1_300, node_id=NODE, happening_seq=6)
    given(CALL, *TALKING).when(happened(6, Overlapped(1_300))).then(told)


def test_the_customers_hold_names_nobody() -> None:
    started = HoldStarted(leg_id="", operator_id="", node_id=NODE, happening_seq=6)
    given(CALL, *TALKING).when(happened(6, Held(""))).then(started)
    ended = HoldEnded(leg_id="", operator_id="", node_id=NODE, happening_seq=7)
    given(CALL, *TALKING, started).when(happened(7, Resumed(""))).then(ended)


def test_an_operators_hold_names_the_operator() -> None:
    started = HoldStarted(leg_id="leg_op", operator_id="usr_mori", node_id=NODE, happening_seq=6)
    given(CALL, *TALKING).when(happened(6, Held("leg_op"))).then(started)
    ended = HoldEnded(leg_id="leg_op", operator_id="usr_mori", node_id=NODE, happening_seq=7)
    given(CALL, *TALKING, started).when(happened(7, Resumed("leg_op"))).then(ended)


def test_a_supervisors_hold_is_no_event() -> None:
    listening = given(CALL, *TALKING, supervision(LISTEN), heard(LISTEN, 6))
    listening.when(happened(7, Held("leg_sup"))).then()


def test_a_talk_that_goes_on_for_hours_does_not_grow_the_state() -> None:
    going: list[Fact] = [
        FellSilent(NOON),
        BrokeSilence(4_000),
        Overlapped(1_000),
        Held(""),
        Resumed(""),
    ]
    before = state = CALL.fold(CALL.initial, TALKING)
    for seq in range(6, 1_006):
        state = CALL.fold(state, CALL.decide(state, happened(seq, going[seq % 5]), NOON))
    assert isinstance(before, Connected)
    assert state == replace(before, thread=replace(before.thread, seen_seq=1_005))


def test_a_supervisor_who_hangs_up_has_left() -> None:
    listening = given(CALL, *TALKING, supervision(LISTEN), heard(LISTEN, 6))
    left = LegLeft("leg_sup", LegEndReason.HUNG_UP, None)
    listening.when(happened(7, left)).then(supervisor_ended(LegEndReason.HUNG_UP, 7))


def test_a_supervisors_phone_that_rings_is_no_event() -> None:
    rung = given(CALL, *TALKING, supervision(LISTEN))
    rung.when(happened(6, Rang("leg_sup"))).then()
    rung.when(happened(6, PickedUp("leg_sup"))).then()


def test_a_leg_that_is_not_known_is_passed_over() -> None:
    given(CALL, *TALKING).when(happened(6, Joined("leg_x"))).then()
    given(CALL, *TALKING).when(happened(6, ModeApplied("leg_x", LISTEN, NOON))).then()
    left = LegLeft("leg_x", LegEndReason.HUNG_UP, None)
    given(CALL, *TALKING).when(happened(6, left)).then()


def test_the_recording_begins_and_ends() -> None:
    given(CALL, *CONNECTED).when(happened(3, TapBegan())).then(
        TAP.model_copy(update={"happening_seq": 3})
    )
    closed = TapClosed(recorded_ms=9_000, pages=30, node_id=NODE, happening_seq=6)
    given(CALL, *TALKING, TAP).when(happened(6, TapStopped(9_000, 30))).then(closed)


def test_the_recording_may_end_after_the_call() -> None:
    over = given(CALL, *TALKING, TAP, ended(CallEndReason.RELEASED, 6))
    closed = TapClosed(recorded_ms=9_000, pages=30, node_id=NODE, happening_seq=7)
    over.when(happened(7, TapStopped(9_000, 30))).then(closed)


def test_a_call_that_was_not_recorded_closes_no_recording() -> None:
    given(CALL, *TALKING).when(happened(6, TapStopped(0, 0))).then()
    over = given(CALL, *TALKING, ended(CallEndReason.RELEASED, 6))
    over.when(happened(7, TapStopped(0, 0))).then()


def test_a_caller_who_does_not_wait_has_hung_up() -> None:
    gone = ended(CallEndReason.CUSTOMER_HUNG_UP, 2)
    given(CALL, ARRIVED).when(happened(2, Withdrawn())).then(gone)


def test_the_end_of_the_call_takes_everybody_along() -> None:
    supervised = given(CALL, *TALKING, supervision(LISTEN), heard(LISTEN, 6))
    supervised.when(happened(7, Over(CallEndReason.CUSTOMER_HUNG_UP))).then(
        operator_ended(LegEndReason.CALL_ENDED, 7),
        supervisor_ended(LegEndReason.CALL_ENDED, 7),
        ended(CallEndReason.CUSTOMER_HUNG_UP, 7),
    )


def test_until_when_a_supervisor_heard_is_the_nodes_own_instant() -> None:
    earlier = NOON - timedelta(seconds=3)
    supervised = given(CALL, *TALKING, supervision(LISTEN), heard(LISTEN, 6))
    left = Note(Source(NODE, 7, earlier), LegLeft("leg_sup", LegEndReason.RELEASED, None))
    told = supervisor_ended(LegEndReason.RELEASED, 7).model_copy(update={"left_at": earlier})
    supervised.when(left, at=NOON).then(told)
    over = Note(Source(NODE, 7, earlier), Over(CallEndReason.CUSTOMER_HUNG_UP))
    (_, supervisors, _) = supervised.when(over, at=NOON).events
    assert isinstance(supervisors, SupervisorLegEnded)
    assert supervisors.left_at == earlier


def test_a_leg_that_the_node_ended_itself_is_not_ended_twice() -> None:
    hung_up = given(CALL, *TALKING, operator_ended(LegEndReason.HUNG_UP, 6))
    over = Over(CallEndReason.OPERATOR_HUNG_UP)
    hung_up.when(happened(7, over)).then(ended(CallEndReason.OPERATOR_HUNG_UP, 7))


def test_a_lost_node_ends_the_call_for_everybody() -> None:
    supervised = given(CALL, *TALKING, supervision(LISTEN))
    supervised.when(LoseNode(NODE)).then(
        operator_ended(LegEndReason.CALL_ENDED, 0),
        supervisor_ended(LegEndReason.CALL_ENDED, 0),
        ended(CallEndReason.NODE_LOST, 0),
    )


def test_another_nodes_loss_ends_nothing() -> None:
    given(CALL, *TALKING).when(LoseNode("node_0")).then()


def test_a_call_is_lost_once() -> None:
    lost = given(CALL, *CONNECTED, ended(CallEndReason.NODE_LOST, 0))
    lost.when(LoseNode(NODE)).then()


@pytest.mark.parametrize(
    ("history", "seq", "fact"),
    [
        ((ARRIVED, ANSWER_ORDERED, ANSWERED), 2, Answered()),
        ((*CONNECTED, DIALLED, RANG), 3, Rang("leg_op")),
        (TALKING, 5, Joined("leg_op")),
        (
            (*TALKING, supervision(LISTEN), heard(LISTEN, 6)),
            6,
            ModeApplied("leg_sup", LISTEN, NOON),
        ),
        ((*TALKING, ended(CallEndReason.RELEASED, 6)), 6, Over(CallEndReason.RELEASED)),
    ],
)
def test_a_happening_counts_once(history: tuple[CallEvent, ...], seq: int, fact: Fact) -> None:
    given(CALL, *history).when(happened(seq, fact)).then()


def test_what_another_node_says_is_about_another_call() -> None:
    stranger = happened(9, Over(CallEndReason.FAILED), node_id="node_2")
    given(CALL, *TALKING).when(stranger).then()


def test_what_happened_to_a_contact_that_is_not_known_is_passed_over() -> None:
    given(CALL).when(happened(3, Answered())).then()
    given(CALL).when(LoseNode(NODE)).then()


def test_nothing_happens_to_a_customer_before_the_answer_but_the_end() -> None:
    given(CALL, ARRIVED).when(happened(2, Rang("leg_op"))).then()
    given(CALL, ARRIVED).when(happened(2, Over(CallEndReason.FAILED))).then(
        ended(CallEndReason.FAILED, 2)
    )
