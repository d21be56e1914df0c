"""What a request that goes on with a call comes to: its prompts, its hold, its recording."""

from collections.abc import Sequence
from typing import assert_never

from sasayaki.media.v1.call_events import (
    AnswerOrdered,
    CallEvent,
    HoldOrdered,
    PromptOrdered,
    PromptStopOrdered,
    TapPauseOrdered,
)
from sasayaki_chassis.decider import Refused
from sasayaki_media.calls.asked_legs import (
    dialled,
    dialled_outside,
    operators_on_call,
    refuse_during_guidance,
    refuse_in_talk,
    supervised,
    transfer_answered,
)
from sasayaki_media.calls.asked_voices import muted, picked_up, talked_back
from sasayaki_media.calls.commands import (
    Answer,
    AnswerTransfer,
    Asker,
    Dial,
    DialOutside,
    Hold,
    Mute,
    Onward,
    PauseRecording,
    PickUp,
    PlayPrompt,
    StopPrompt,
    Supervise,
    TalkBack,
)
from sasayaki_media.calls.states import Arrived, Connected, Live

PLAYS_MAX = 8
"""Plays under way at once in one call."""


def met(state: Live, request: Onward) -> Sequence[CallEvent]:
    """Raises Refused when the call's state forbids it."""
    if isinstance(request, StopPrompt):
        return _stopped(state, request)
    if state.thread.leaving:
        raise Refused("CALL_ENDING", "the call is being ended")
    match request:
        case Answer(record):
            return [AnswerOrdered(record=record)] if isinstance(state, Arrived) else []
        case PlayPrompt():
            return _played(state, request)
        case Dial():
            return dialled(_connected(state), request)
        case DialOutside():
            return dialled_outside(_connected(state), request)
        case Hold():
            return _held(_connected(state), request)
        case PauseRecording():
            return _paused(_connected(state), request)
        case AnswerTransfer():
            return transfer_answered(_connected(state), request)
        case Supervise():
            return supervised(_connected(state), request)
        case PickUp():
            return picked_up(_connected(state), request)
        case Mute():
            return muted(_connected(state), request)
        case TalkBack():
            return talked_back(_connected(state), request)
        case _:
            assert_never(request)


def _connected(state: Live) -> Connected:
    if not isinstance(state, Connected):
        raise Refused("NOT_ANSWERED", "the call has not been answered")
    return state


def _played(state: Live, request: PlayPrompt) -> Sequence[CallEvent]:
    refuse_during_guidance(state)
    if any(play.ordered.play_id == request.play_id for play in state.thread.plays):
        raise Refused("PLAY_EXISTS", f"play {request.play_id!r} is under way")
    if len(state.thread.plays) >= PLAYS_MAX:
        raise Refused("TOO_MANY_PLAYS", f"{PLAYS_MAX} plays are under way")
    if isinstance(state, Connected):
        refuse_in_talk(state)  # a prompt would stand in place of a person's voice
    return [
        PromptOrdered(
            play_id=request.play_id,
            prompt_sha256=request.prompt_sha256,
            guidance=request.guidance,
            digits_max=request.digits_max,
            first_digit_ms=request.first_digit_ms,
            next_digit_ms=request.next_digit_ms,
            repeat=request.repeat or None,
            read_back_play_id=request.read_back_play_id or None,
            closing_sha256=request.closing_sha256,
            sealed=request.sealed or None,
            digit_sha256=request.digit_sha256,
        )
    ]


def _stopped(state: Live, request: StopPrompt) -> Sequence[CallEvent]:
    """A play that is over is over; the guidance is heard to its end."""
    for play in state.thread.plays:
        if play.ordered.play_id == request.play_id and not play.stopping:
            refuse_during_guidance(state)
            return [PromptStopOrdered(play_id=request.play_id)]
    return []


def _held(state: Connected, request: Hold) -> Sequence[CallEvent]:
    """A customer who is on hold already stays so: the music is not begun anew."""
    operator_id = _talker(state, request.asker)
    if state.hold.wanted == request.held:
        return []
    music = request.music_sha256 if request.held else ""
    return [HoldOrdered(held=request.held, music_sha256=music, operator_id=operator_id)]


def _paused(state: Connected, request: PauseRecording) -> Sequence[CallEvent]:
    if not state.tapped:
        raise Refused("NOT_RECORDED", "nothing is written")
    operator_id = _talker(state, request.asker)
    if state.pause.wanted == request.paused:
        return []
    return [TapPauseOrdered(paused=request.paused, reason=request.reason, operator_id=operator_id)]


def _talker(state: Connected, asker: Asker) -> str:
    """Who wants it: who asks, else the operator who has been on the call longest."""
    on_call = operators_on_call(state)
    handled = any(leg.handles for leg in state.supervisors)
    if not on_call and not handled:
        raise Refused("NOT_TALKING", "nobody talks with the customer")
    if asker.operator and asker.user_id not in {leg.operator_id for leg in on_call}:
        raise Refused("NOT_YOURS", f"operator {asker.user_id!r} does not talk with the customer")
    return asker.user_id or next((leg.operator_id for leg in on_call if leg.operator_id), "")
