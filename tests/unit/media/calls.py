"""A call's history in the words that its tests share."""

from datetime import timedelta

from tests.harness.specification import NOON

from sasayaki.media.v1.call_events import (
    AnswerOrdered,
    CallAnswered,
    CallArrived,
    CallEvent,
    OperatorLegAnswered,
    OperatorLegDialled,
    OperatorLegRang,
    PromptOrdered,
    RecordingPolicy,
    SupervisionMode,
    SupervisionOrdered,
    SupervisorHeard,
    TalkStarted,
    TapOpened,
)
from sasayaki_media.calls.commands import Note, PlayPrompt
from sasayaki_media.calls.happened import Fact, Source

NODE = "node_1"
ANSWER_BY = NOON + timedelta(seconds=30)
ARRIVED = CallArrived(
    dialled_number="+81661234567",
    caller_hash="hash",
    caller_sealed="sealed",
    node_id=NODE,
    happening_seq=1,
    node_call_id="call_7",
    answer_by=ANSWER_BY,
)
ANSWER_ORDERED = AnswerOrdered(record=RecordingPolicy.AFTER_GUIDANCE)
ANSWERED = CallAnswered(node_id=NODE, happening_seq=2)
CONNECTED: tuple[CallEvent, ...] = (ARRIVED, ANSWER_ORDERED, ANSWERED)

DIALLED = OperatorLegDialled(leg_id="leg_op", operator_id="usr_mori", ring_ms_max=20_000)
RANG = OperatorLegRang(leg_id="leg_op", operator_id="usr_mori", node_id=NODE, happening_seq=3)
PICKED_UP = OperatorLegAnswered(
    leg_id="leg_op", operator_id="usr_mori", node_id=NODE, happening_seq=4
)
TALK = TalkStarted(leg_id="leg_op", operator_id="usr_mori", node_id=NODE, happening_seq=5)
TALKING: tuple[CallEvent, ...] = (*CONNECTED, DIALLED, RANG, PICKED_UP, TALK)

LISTEN, WHISPER = SupervisionMode.LISTEN, SupervisionMode.WHISPER
BARGE, TAKEOVER = SupervisionMode.BARGE, SupervisionMode.TAKEOVER
TAP = TapOpened(node_id=NODE, happening_seq=2)


def supervision(mode: SupervisionMode) -> SupervisionOrdered:
    return SupervisionOrdered(
        leg_id="leg_sup", supervisor_id="usr_sato", supervision_id="spv_1", mode=mode
    )


def heard(mode: SupervisionMode, seq: int) -> SupervisorHeard:
    return SupervisorHeard(
        leg_id="leg_sup",
        supervisor_id="usr_sato",
        supervision_id="spv_1",
        mode=mode,
        applied_at=NOON,
        node_id=NODE,
        happening_seq=seq,
    )


def play(play_id: str = "ply_1", *, guidance: bool = False, digits_max: int = 0) -> PlayPrompt:
    return PlayPrompt(
        play_id=play_id,
        prompt_sha256=("ab" * 32,),
        guidance=guidance,
        digits_max=digits_max,
        first_digit_ms=5_000,
        next_digit_ms=3_000,
    )


def ordered(
    play_id: str = "ply_1", *, guidance: bool = False, digits_max: int = 0
) -> PromptOrdered:
    return PromptOrdered(
        play_id=play_id,
        prompt_sha256=("ab" * 32,),
        guidance=guidance,
        digits_max=digits_max,
        first_digit_ms=5_000,
        next_digit_ms=3_000,
    )


def happened(seq: int, fact: Fact, node_id: str = NODE) -> Note:
    return Note(Source(node_id, seq), fact)
