"""What a call's state becomes with each of its events."""

from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar, assert_never

from sasayaki.media.v1.call_events import (
    AnswerOrdered,
    CallAnswered,
    CallArrived,
    CallEnded,
    CallEvent,
    DigitsCollected,
    GuidancePlayed,
    HangUpOrdered,
    HoldEnded,
    HoldStarted,
    OperatorLegAnswered,
    OperatorLegDialled,
    OperatorLegEnded,
    OperatorLegRang,
    OverlapHeard,
    PromptOrdered,
    PromptPlayed,
    SilenceBegan,
    SilenceEnded,
    SupervisionOrdered,
    SupervisorHeard,
    SupervisorLegEnded,
    TalkStarted,
    TapClosed,
    TapOpened,
    UnsupervisionOrdered,
)
from sasayaki_media.states import (
    Answering,
    Arrived,
    Connected,
    Ended,
    LegPhase,
    Live,
    New,
    OperatorLeg,
    Play,
    State,
    SupervisorLeg,
    Thread,
)

Leg = TypeVar("Leg", OperatorLeg, SupervisorLeg)


def evolve(state: State, event: CallEvent) -> State:
    """The state after `event`; an event that cannot stand in this state is a bug."""
    match state, event:
        case New(), CallArrived():
            return Arrived(_thread(event), event.answer_by)
        case New(), _:
            raise AssertionError(f"{type(event).__name__} before the call arrived")
        case Ended(thread, tapped), _:
            return Ended(_seen(thread, event), tapped and not isinstance(event, TapClosed))
        case ((Arrived() | Answering() | Connected()), _):
            return _went_on(replace(state, thread=_seen(state.thread, event)), event)
        case _:
            raise AssertionError(f"{type(event).__name__} when {type(state).__name__}")


def _thread(event: CallArrived) -> Thread:
    return Thread(
        node_id=event.node_id,
        node_call_id=event.node_call_id or "",
        arrived_seq=event.happening_seq,
        seen_seq=event.happening_seq,
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
        case CallEnded():
            return Ended(state.thread, isinstance(state, Connected) and state.tapped)
        case PromptOrdered():
            return replace(state, thread=_ordered(state.thread, event))
        case (
            GuidancePlayed(play_id=play_id)
            | PromptPlayed(play_id=play_id)
            | DigitsCollected(play_id=play_id)
        ):
            left = tuple(p for p in state.thread.plays if p.ordered.play_id != play_id)
            return replace(state, thread=replace(state.thread, plays=left))
        case HangUpOrdered(leg_id=""):
            return replace(state, thread=replace(state.thread, leaving=True))
        case _:
            assert isinstance(state, Connected), f"{type(event).__name__} before the answer"
            return _connected(state, event)


def _ordered(thread: Thread, event: PromptOrdered) -> Thread:
    number = thread.plays_ordered + 1
    return replace(thread, plays=(*thread.plays, Play(number, event)), plays_ordered=number)


def _connected(state: Connected, event: CallEvent) -> Connected:
    """What only a call that was answered comes to."""
    match event:
        case OperatorLegDialled():
            leg = OperatorLeg(event.leg_id, event.operator_id, event.ring_ms_max)
            return replace(state, operators=(*state.operators, leg))
        case OperatorLegRang():
            return _phase(state, event.leg_id, LegPhase.RINGING)
        case OperatorLegAnswered():
            return _phase(state, event.leg_id, LegPhase.PICKED_UP)
        case TalkStarted():
            return _phase(state, event.leg_id, LegPhase.TALKING)
        case OperatorLegEnded(leg_id=leg_id):
            return replace(state, operators=_without(state.operators, leg_id))
        case HangUpOrdered(leg_id=leg_id):
            changed = _with(state.operators, leg_id, lambda leg: replace(leg, leaving=True))
            return replace(state, operators=changed)
        case TapOpened():
            return replace(state, tapped=True)
        case TapClosed():
            return replace(state, tapped=False)
        case SilenceBegan() | SilenceEnded() | OverlapHeard() | HoldStarted() | HoldEnded():
            return state  # for those who follow the call; nothing is decided by them
        case _:
            return _supervised(state, event)


def _supervised(state: Connected, event: CallEvent) -> Connected:
    legs = state.supervisors
    match event:
        case SupervisionOrdered():
            return replace(state, supervisors=_mode_ordered(legs, event))
        case SupervisorHeard(mode=mode):
            legs = _with(legs, event.leg_id, lambda leg: replace(leg, heard=mode))
            return replace(state, supervisors=legs)
        case UnsupervisionOrdered(leg_id=leg_id):
            legs = _with(legs, leg_id, lambda leg: replace(leg, leaving=True))
            return replace(state, supervisors=legs)
        case SupervisorLegEnded(leg_id=leg_id):
            return replace(state, supervisors=_without(legs, leg_id))
        case CallArrived():
            raise AssertionError("a call arrives once")
        case (
            AnswerOrdered()
            | CallAnswered()
            | CallEnded()
            | PromptOrdered()
            | GuidancePlayed()
            | PromptPlayed()
            | DigitsCollected()
            | OperatorLegDialled()
            | OperatorLegRang()
            | OperatorLegAnswered()
            | TalkStarted()
            | OperatorLegEnded()
            | HangUpOrdered()
            | TapOpened()
            | TapClosed()
            | SilenceBegan()
            | SilenceEnded()
            | OverlapHeard()
            | HoldStarted()
            | HoldEnded()
        ):
            raise AssertionError(f"{type(event).__name__} is not about a supervisor")
        case _:
            assert_never(event)


def _mode_ordered(
    legs: tuple[SupervisorLeg, ...], event: SupervisionOrdered
) -> tuple[SupervisorLeg, ...]:
    keep = bool(event.keep_phone)
    if any(leg.leg_id == event.leg_id for leg in legs):
        return _with(
            legs,
            event.leg_id,
            lambda leg: replace(
                leg,
                mode=event.mode,
                changes=leg.changes + 1,
                keep_phone=keep,
                keep_changed=leg.keep_changed or keep is not leg.keep_phone,
            ),
        )
    leg = SupervisorLeg(
        event.leg_id, event.supervisor_id, event.supervision_id, event.mode, keep_phone=keep
    )
    return (*legs, leg)


def _phase(state: Connected, leg_id: str, phase: LegPhase) -> Connected:
    legs = _with(state.operators, leg_id, lambda leg: replace(leg, phase=phase))
    return replace(state, operators=legs)


def _with(legs: tuple[Leg, ...], leg_id: str, change: Callable[[Leg], Leg]) -> tuple[Leg, ...]:
    return tuple(change(leg) if leg.leg_id == leg_id else leg for leg in legs)


def _without(legs: tuple[Leg, ...], leg_id: str) -> tuple[Leg, ...]:
    return tuple(leg for leg in legs if leg.leg_id != leg_id)
