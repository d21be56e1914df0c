"""How a talk goes on, as events for those who follow the call; nothing is decided by them."""

from collections.abc import Sequence
from datetime import timedelta

from sasayaki.media.v1.call_events import (
    CallEvent,
    CustomerHeld,
    CustomerResumed,
    HoldEnded,
    HoldStarted,
    OverlapHeard,
    SilenceBegan,
    SilenceEnded,
    TapPaused,
    TapResumed,
)
from sasayaki_media.calls.happened import (
    BrokeSilence,
    CustomerPutOnHold,
    FellSilent,
    Held,
    Overlapped,
    Resumed,
    Source,
    TakenBack,
    TapRested,
    TapWentOn,
)
from sasayaki_media.calls.states import HoldWish, OperatorLeg, PauseWish


def talk_went(source: Source, fact: FellSilent | BrokeSilence | Overlapped) -> CallEvent:
    node_id, seq = source.node_id, source.seq
    match fact:
        case FellSilent(since):
            return SilenceBegan(since=since, node_id=node_id, happening_seq=seq)
        case BrokeSilence(silent_ms):
            return SilenceEnded(silent_ms=silent_ms, node_id=node_id, happening_seq=seq)
        case Overlapped(overlap_ms):
            return OverlapHeard(overlap_ms=overlap_ms, node_id=node_id, happening_seq=seq)


def held(operator: OperatorLeg | None, source: Source, fact: Held | Resumed) -> Sequence[CallEvent]:
    """The customer's hold or the operator's; a supervisor's concerns nobody but themselves."""
    if fact.leg_id and operator is None:
        return []
    event = HoldStarted if isinstance(fact, Held) else HoldEnded
    return [
        event(
            leg_id=fact.leg_id,
            operator_id=operator.operator_id if operator else "",
            node_id=source.node_id,
            happening_seq=source.seq,
        )
    ]


def customer_held(
    hold: HoldWish, source: Source, fact: CustomerPutOnHold | TakenBack
) -> Sequence[CallEvent]:
    """The customer's hold by an order; what holds already is passed over."""
    node_id, seq = source.node_id, source.seq
    match fact:
        case CustomerPutOnHold() if not hold.held:
            return [
                CustomerHeld(
                    node_id=node_id,
                    happening_seq=seq,
                    operator_id=hold.operator_id,
                    held_at=source.at,
                )
            ]
        case TakenBack() if hold.held:
            lasted = source.at - hold.since if source.at and hold.since else timedelta()
            held_ms = max(0, lasted // timedelta(milliseconds=1))
            return [CustomerResumed(held_ms=held_ms, node_id=node_id, happening_seq=seq)]
        case _:
            return []


def tap_rested(
    pause: PauseWish, source: Source, fact: TapRested | TapWentOn
) -> Sequence[CallEvent]:
    """The recording rests or goes on; what holds already is passed over."""
    node_id, seq = source.node_id, source.seq
    match fact:
        case TapRested(at_ms) if not pause.paused:
            paused = TapPaused(reason=pause.reason, at_ms=at_ms, node_id=node_id, happening_seq=seq)
            return [paused]
        case TapWentOn(at_ms) if pause.paused:
            return [TapResumed(at_ms=at_ms, node_id=node_id, happening_seq=seq)]
        case _:
            return []
