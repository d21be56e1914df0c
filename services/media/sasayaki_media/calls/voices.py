"""Muted voices and talk-back: what the node says of them as events, and what a leg becomes."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TypeAlias, assert_never

from sasayaki.media.v1.call_events import (
    CallEvent,
    LegMuted,
    LegMuteOrdered,
    LegUnmuted,
    PickUpOrdered,
    PutDownOrdered,
    TalkBackEnded,
    TalkBackOrdered,
    TalkBackStarted,
)
from sasayaki_media.calls.happened import Muted, Source, TalkedBack
from sasayaki_media.calls.states import Connected, OperatorLeg, SupervisorLeg, Wish

VoiceEvent: TypeAlias = (
    PickUpOrdered
    | PutDownOrdered
    | LegMuteOrdered
    | LegMuted
    | LegUnmuted
    | TalkBackOrdered
    | TalkBackStarted
    | TalkBackEnded
)


def voice_went(state: Connected, source: Source, fact: Muted | TalkedBack) -> Sequence[CallEvent]:
    """What holds already is passed over."""
    node_id, seq = source.node_id, source.seq
    legs: tuple[OperatorLeg | SupervisorLeg, ...] = (*state.operators, *state.supervisors)
    for leg in legs:
        if leg.leg_id != fact.leg_id:
            continue
        user_id = leg.operator_id if isinstance(leg, OperatorLeg) else leg.supervisor_id
        match fact:
            case Muted(leg_id, holds) if leg.mute.holds != holds:
                told = LegMuted if holds else LegUnmuted
                return [told(leg_id=leg_id, user_id=user_id, node_id=node_id, happening_seq=seq)]
            case TalkedBack(leg_id, on) if isinstance(leg, OperatorLeg) and _turns(leg, on=on):
                turned = TalkBackStarted if on else TalkBackEnded
                return [
                    turned(leg_id=leg_id, operator_id=user_id, node_id=node_id, happening_seq=seq)
                ]
    return []


def _turns(leg: OperatorLeg, *, on: bool) -> bool:
    """An end is told also of what was wanted and never began, so that nobody waits for it."""
    wish = leg.talk_back
    return wish.holds != on or (wish.wanted and not on)


def voiced(state: Connected, event: VoiceEvent) -> Connected:
    """The state after an event about a person's own phone."""
    return replace(
        state,
        operators=tuple(
            _operator(leg, event) if leg.leg_id == event.leg_id else leg for leg in state.operators
        ),
        supervisors=tuple(
            _supervisor(leg, event) if leg.leg_id == event.leg_id else leg
            for leg in state.supervisors
        ),
    )


def _operator(leg: OperatorLeg, event: VoiceEvent) -> OperatorLeg:
    match event:
        case PickUpOrdered():
            return replace(leg, picking_up=True)
        case PutDownOrdered():
            return replace(leg, putting_down=True)
        case LegMuteOrdered() | LegMuted() | LegUnmuted():
            return replace(leg, mute=_muted(leg.mute, event))
        case TalkBackOrdered(on=on):
            wish = replace(leg.talk_back, wanted=on, changes=leg.talk_back.changes + 1)
            return replace(leg, talk_back=wish)
        case TalkBackStarted():
            return replace(leg, talk_back=replace(leg.talk_back, holds=True))
        case TalkBackEnded():
            # It ends by itself with the last supervisor: nobody wants it any more then.
            return replace(leg, talk_back=replace(leg.talk_back, holds=False, wanted=False))
        case _:
            assert_never(event)


def _supervisor(leg: SupervisorLeg, event: VoiceEvent) -> SupervisorLeg:
    match event:
        case PutDownOrdered():
            return replace(leg, putting_down=True)
        case LegMuteOrdered() | LegMuted() | LegUnmuted():
            return replace(leg, mute=_muted(leg.mute, event))
        case PickUpOrdered() | TalkBackOrdered() | TalkBackStarted() | TalkBackEnded():
            raise AssertionError(f"{type(event).__name__} is not about a supervisor")
        case _:
            assert_never(event)


def _muted(wish: Wish, event: LegMuteOrdered | LegMuted | LegUnmuted) -> Wish:
    match event:
        case LegMuteOrdered(muted=wanted):
            return Wish(wanted, wish.holds, wish.changes + 1)
        case LegMuted():
            return replace(wish, holds=True)
        case LegUnmuted():
            return replace(wish, holds=False)
        case _:
            assert_never(event)
