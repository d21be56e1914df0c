"""What follows when the node can't carry out an order: never nothing, or a caller would wait."""

from collections.abc import Sequence
from typing import assert_never

from sasayaki.media.v1.call_events import (
    CallEndReason,
    CallEvent,
    HangUpOrdered,
    HoldOrdered,
    LegEndReason,
    LegMuteOrdered,
    TalkBackOrdered,
    TapPauseOrdered,
    UnsupervisionOrdered,
)
from sasayaki_media.calls.facts import over, play_ended
from sasayaki_media.calls.happened import LegLeft, Played, PlayEnd, Source
from sasayaki_media.calls.leg_facts import (
    operator_gone,
    operator_left,
    operator_of,
    supervisor_left,
)
from sasayaki_media.calls.orders import (
    AdmitCall,
    AnswerCall,
    AnswerRefer,
    DialLeg,
    HangUpCall,
    HangUpLeg,
    MuteLeg,
    Order,
    PauseTap,
    PickUpLeg,
    PlaceCall,
    PutDownLeg,
    PutOnHold,
    RemoveSupervisor,
    SetMode,
    StartPlay,
    StopPlay,
    TurnVoice,
    outstanding,
)
from sasayaki_media.calls.states import Connected, Live, Play

UNKNOWN_CALL = "UNKNOWN_CALL"
UNKNOWN_LEG = "UNKNOWN_LEG"


def failed(state: Live, key: str, error: str) -> Sequence[CallEvent]:
    """What an order's failure comes to; nothing if the order is no longer outstanding."""
    for order in outstanding(state):
        if order.key == key:
            return _failed(state, order, error, Source(state.thread.node_id, 0))
    return []


def _failed(state: Live, order: Order, error: str, source: Source) -> Sequence[CallEvent]:
    if isinstance(order, AdmitCall):
        # A call that the node does not know is one whose caller did not wait to be admitted.
        gone = error == UNKNOWN_CALL
        reason = CallEndReason.CUSTOMER_HUNG_UP if gone else CallEndReason.FAILED
        return over(state, reason, source)
    if isinstance(order, PlaceCall):
        return over(state, CallEndReason.UNREACHABLE, source)
    if isinstance(order, HangUpCall):
        return over(state, CallEndReason.RELEASED, source)
    if error == UNKNOWN_CALL:
        return over(state, CallEndReason.FAILED, source)
    if isinstance(order, AnswerCall):
        return [HangUpOrdered(leg_id="")]
    assert isinstance(state, Connected), f"{order.key!r} is outstanding before the answer"
    return _failed_in_talk(state, order, error, source)


def _failed_in_talk(
    state: Connected,
    order: StartPlay
    | StopPlay
    | PutOnHold
    | PauseTap
    | AnswerRefer
    | DialLeg
    | PickUpLeg
    | PutDownLeg
    | MuteLeg
    | TurnVoice
    | SetMode
    | RemoveSupervisor
    | HangUpLeg,
    error: str,
    source: Source,
) -> Sequence[CallEvent]:
    match order:
        case StartPlay(play):
            return _not_played(play, source)
        case StopPlay(play):
            ended = Played(play.ordered.play_id, 0, 0, PlayEnd.STOPPED, "")
            return play_ended(play, source, ended)
        case PutOnHold(wish):
            # What was wanted cannot be: what holds is wanted, so that who asked may ask again.
            return [HoldOrdered(held=wish.held, music_sha256="", operator_id=wish.operator_id)]
        case PauseTap(wish):
            return [TapPauseOrdered(paused=wish.paused, reason=wish.reason, operator_id="")]
        case AnswerRefer():
            return []  # the phone did not wait, or its leg is about to be over
        case DialLeg(leg):
            return [operator_left(state, leg, source, LegLeft("", LegEndReason.FAILED, None))]
        case HangUpLeg(leg_id):
            left = LegLeft(leg_id, LegEndReason.RELEASED, None)
            gone = operator_of(state, leg_id)
            return operator_gone(state, gone, source, left) if gone else []
        case PickUpLeg():
            return []  # it does not ring any more, or is a phone that is picked up by hand
        case PutDownLeg(leg_id):
            return _put_down(state, leg_id)
        case MuteLeg(leg_id, wish):
            return [LegMuteOrdered(leg_id=leg_id, muted=wish.holds)]
        case TurnVoice(leg_id, wish):
            return [TalkBackOrdered(leg_id=leg_id, on=wish.holds)]
        case SetMode(leg_id):
            return _mode_not_set(state, leg_id, error, source)
        case RemoveSupervisor(leg_id):
            return _supervisor_gone(state, leg_id, LegEndReason.RELEASED, source)
        case _:
            assert_never(order)


def _not_played(play: Play, source: Source) -> Sequence[CallEvent]:
    """Digits are as if none came; without the guidance the call must not go on."""
    ordered = play.ordered
    end = PlayEnd.TIMED_OUT if ordered.digits_max and not ordered.guidance else PlayEnd.STOPPED
    nothing = Played(ordered.play_id, heard_ms=0, total_ms=0, end=end, digits="")
    ended = play_ended(play, source, nothing)
    return [*ended, HangUpOrdered(leg_id="")] if ordered.guidance else ended


def _put_down(state: Connected, leg_id: str) -> Sequence[CallEvent]:
    """A phone that can't be put down from here is hung up instead."""
    for leg in state.supervisors:
        if leg.leg_id == leg_id and not leg.leaving:
            return [UnsupervisionOrdered(leg_id=leg_id, supervision_id=leg.supervision_id)]
    return [HangUpOrdered(leg_id=leg_id)]


def _mode_not_set(state: Connected, leg_id: str, error: str, source: Source) -> Sequence[CallEvent]:
    """A supervisor whose mode can't be changed leaves: no mode may hold that was not ordered."""
    for leg in state.supervisors:
        if leg.leg_id == leg_id and leg.heard is not None and error != UNKNOWN_LEG:
            return [UnsupervisionOrdered(leg_id=leg_id, supervision_id=leg.supervision_id)]
    return _supervisor_gone(state, leg_id, LegEndReason.FAILED, source)


def _supervisor_gone(
    state: Connected, leg_id: str, reason: LegEndReason, source: Source
) -> Sequence[CallEvent]:
    left = LegLeft(leg_id, reason, None)
    return [supervisor_left(s, source, left) for s in state.supervisors if s.leg_id == leg_id]
