"""What follows when the node can't carry out an order: never nothing, or a caller would wait."""

from collections.abc import Sequence
from typing import assert_never

from sasayaki.media.v1.call_events import (
    CallEndReason,
    CallEvent,
    HangUpOrdered,
    LegEndReason,
    UnsupervisionOrdered,
)
from sasayaki_media.calls.commands import LegLeft, Played, PlayEnd, Source
from sasayaki_media.calls.facts import operator_left, over, play_ended, supervisor_left
from sasayaki_media.calls.orders import (
    AdmitCall,
    AnswerCall,
    DialOperator,
    HangUpCall,
    HangUpLeg,
    Order,
    RemoveSupervisor,
    SetMode,
    StartPlay,
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
    order: StartPlay | DialOperator | SetMode | RemoveSupervisor | HangUpLeg,
    error: str,
    source: Source,
) -> Sequence[CallEvent]:
    match order:
        case StartPlay(play):
            return _not_played(play, source)
        case DialOperator(leg):
            return [operator_left(state, leg, source, LegLeft("", LegEndReason.FAILED, None))]
        case HangUpLeg(leg_id):
            left = LegLeft(leg_id, LegEndReason.RELEASED, None)
            legs = [leg for leg in state.operators if leg.leg_id == leg_id]
            return [operator_left(state, leg, source, left) for leg in legs]
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
    ended = play_ended(ordered, source, nothing)
    return [*ended, HangUpOrdered(leg_id="")] if ordered.guidance else ended


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
