"""What a call's state becomes with each of its events."""

from dataclasses import replace
from typing import assert_never

from sasayaki.media.v1.call_events import (
    AnswerOrdered,
    CallAnswered,
    CallArrived,
    CallEnded,
    CallEvent,
    CallPlaced,
    CustomerHeld,
    CustomerRang,
    CustomerResumed,
    DigitsCollected,
    GuidancePlayed,
    HangUpOrdered,
    HoldEnded,
    HoldOrdered,
    HoldStarted,
    LegMuted,
    LegMuteOrdered,
    LegUnmuted,
    OperatorLegAnswered,
    OperatorLegDialled,
    OperatorLegEnded,
    OperatorLegRang,
    OutsideLegDialled,
    OverlapHeard,
    PickUpOrdered,
    PromptOrdered,
    PromptPlayed,
    PromptStopOrdered,
    PutDownOrdered,
    SilenceBegan,
    SilenceEnded,
    SupervisionOrdered,
    SupervisorHeard,
    SupervisorLegEnded,
    TalkBackEnded,
    TalkBackOrdered,
    TalkBackStarted,
    TalkStarted,
    TapClosed,
    TapOpened,
    TapPaused,
    TapPauseOrdered,
    TapResumed,
    TransferAnswered,
    TransferAsked,
    UnsupervisionOrdered,
)
from sasayaki_media.calls.legs import operated, supervised
from sasayaki_media.calls.states import (
    Answering,
    Arrived,
    Connected,
    Ended,
    Live,
    New,
    PauseWish,
    Placing,
    Play,
    State,
    Thread,
)
from sasayaki_media.calls.voices import voiced


def evolve(state: State, event: CallEvent) -> State:
    """The state after `event`; an event that cannot stand in this state is a bug."""
    match state, event:
        case New(), CallArrived():
            return Arrived(_arrived(event), event.answer_by)
        case New(), CallPlaced():
            return Placing(_placed(event), event)
        case New(), _:
            raise AssertionError(f"{type(event).__name__} before the call began")
        case Ended(thread, tapped), _:
            return Ended(_seen(thread, event), tapped and not isinstance(event, TapClosed))
        case ((Arrived() | Answering() | Placing() | Connected()), _):
            return _went_on(replace(state, thread=_seen(state.thread, event)), event)
        case _:
            raise AssertionError(f"{type(event).__name__} when {type(state).__name__}")


def _arrived(event: CallArrived) -> Thread:
    return Thread(
        node_id=event.node_id,
        node_call_id=event.node_call_id or "",
        arrived_seq=event.happening_seq,
        seen_seq=event.happening_seq,
        our_number=event.dialled_number,
        customer_sealed=event.caller_sealed,
    )


def _placed(event: CallPlaced) -> Thread:
    """Nothing has happened in the node yet: whatever it says comes after."""
    return Thread(
        node_id=event.node_id,
        node_call_id="",
        arrived_seq=0,
        seen_seq=0,
        our_number=event.from_number,
        customer_sealed=event.caller_sealed,
    )


def _seen(thread: Thread, event: CallEvent) -> Thread:
    """The thread with the event's happening counted; what the node did not say counts none."""
    seq = getattr(event, "happening_seq", 0)
    return replace(thread, seen_seq=seq) if seq > thread.seen_seq else thread


def _went_on(state: Live, event: CallEvent) -> State:
    match event:
        case AnswerOrdered(record=record):
            return Answering(state.thread, record)
        case CallAnswered():
            return Connected(state.thread)
        case CustomerRang():
            return state  # for those who follow the call
        case CallEnded():
            return Ended(state.thread, isinstance(state, Connected) and state.tapped)
        case PromptOrdered():
            pausing = isinstance(state, Connected) and _pausing(state.pause)
            return replace(state, thread=_ordered(state.thread, event, withheld=pausing))
        case PromptStopOrdered(play_id=play_id):
            return replace(state, thread=_plays(state.thread, play_id, stopping=True))
        case (
            GuidancePlayed(play_id=play_id)
            | PromptPlayed(play_id=play_id)
            | DigitsCollected(play_id=play_id)
        ):
            left = tuple(p for p in state.thread.plays if p.ordered.play_id != play_id)
            return replace(state, thread=replace(state.thread, plays=left))
        case HangUpOrdered(leg_id=""):
            return replace(state, thread=replace(state.thread, leaving=True))
        case CallArrived() | CallPlaced():
            raise AssertionError(f"{type(event).__name__} when {type(state).__name__}")
    assert isinstance(state, Connected), f"{type(event).__name__} before the answer"
    match event:
        case TapOpened():
            return replace(state, tapped=True)
        case TapClosed():
            return replace(state, tapped=False)
        case SilenceBegan() | SilenceEnded() | OverlapHeard() | HoldStarted() | HoldEnded():
            return state  # for those who follow the call; nothing is decided by them
        case (
            PickUpOrdered()
            | PutDownOrdered()
            | LegMuteOrdered()
            | LegMuted()
            | LegUnmuted()
            | TalkBackOrdered()
            | TalkBackStarted()
            | TalkBackEnded()
        ):
            return voiced(state, event)
        case HoldOrdered() | CustomerHeld() | CustomerResumed():
            return _held(state, event)
        case TapPauseOrdered() | TapPaused() | TapResumed():
            return _paused(state, event)
        case (
            SupervisionOrdered() | SupervisorHeard() | UnsupervisionOrdered() | SupervisorLegEnded()
        ):
            return supervised(state, event)
        case (
            OperatorLegDialled()
            | OutsideLegDialled()
            | OperatorLegRang()
            | OperatorLegAnswered()
            | TalkStarted()
            | OperatorLegEnded()
            | HangUpOrdered()
            | TransferAsked()
            | TransferAnswered()
        ):
            return operated(state, event)
        case _:
            assert_never(event)


def _ordered(thread: Thread, event: PromptOrdered, *, withheld: bool) -> Thread:
    number = thread.plays_ordered + 1
    play = Play(number, event, withheld=withheld)
    return replace(thread, plays=(*thread.plays, play), plays_ordered=number)


def _plays(thread: Thread, play_id: str, *, stopping: bool) -> Thread:
    plays = (
        replace(play, stopping=stopping) if play.ordered.play_id == play_id else play
        for play in thread.plays
    )
    return replace(thread, plays=tuple(plays))


def _held(state: Connected, event: HoldOrdered | CustomerHeld | CustomerResumed) -> Connected:
    hold = state.hold
    match event:
        case HoldOrdered():
            hold = replace(
                hold,
                wanted=event.held,
                changes=hold.changes + 1,
                music_sha256=event.music_sha256,
                operator_id=event.operator_id,
            )
        case CustomerHeld():
            hold = replace(hold, held=True, since=event.held_at)
        case CustomerResumed():
            hold = replace(hold, held=False, since=None)
        case _:
            assert_never(event)
    return replace(state, hold=hold)


def _pausing(pause: PauseWish) -> bool:
    """Whether what is keyed may be noted nowhere."""
    return pause.wanted or pause.paused


def _paused(state: Connected, event: TapPauseOrdered | TapPaused | TapResumed) -> Connected:
    pause = state.pause
    match event:
        case TapPauseOrdered(paused=wanted, reason=reason):
            pause = PauseWish(wanted, pause.paused, pause.changes + 1, reason or pause.reason)
        case TapPaused():
            pause = replace(pause, paused=True)
        case TapResumed():
            pause = replace(pause, paused=False)
        case _:
            assert_never(event)
    plays = state.thread.plays
    if _pausing(pause):
        plays = tuple(replace(play, withheld=True) for play in plays)
    return replace(state, pause=pause, thread=replace(state.thread, plays=plays))
