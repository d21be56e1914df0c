"""What becomes of a call's legs with each event that concerns them."""

from collections.abc import Callable
from dataclasses import replace
from typing import TypeAlias, TypeVar, assert_never

from sasayaki.media.v1.call_events import (
    HangUpOrdered,
    OperatorLegAnswered,
    OperatorLegDialled,
    OperatorLegEnded,
    OperatorLegRang,
    OutsideLegDialled,
    SupervisionOrdered,
    SupervisorHeard,
    SupervisorLegEnded,
    TalkStarted,
    TransferAnswered,
    TransferAsked,
    UnsupervisionOrdered,
)
from sasayaki_media.calls.states import Connected, LegPhase, OperatorLeg, SupervisorLeg

ANSWERED_OK = 200
"""SIP status of a transfer that went well."""

Leg = TypeVar("Leg", OperatorLeg, SupervisorLeg)


OperatorEvent: TypeAlias = (
    OperatorLegDialled
    | OutsideLegDialled
    | OperatorLegRang
    | OperatorLegAnswered
    | TalkStarted
    | OperatorLegEnded
    | HangUpOrdered
    | TransferAsked
    | TransferAnswered
)


def operated(state: Connected, event: OperatorEvent) -> Connected:
    """What concerns an operator's leg, or one to the outside."""
    match event:
        case OperatorLegDialled():
            leg = OperatorLeg(event.leg_id, event.operator_id, event.ring_ms_max)
            return replace(state, operators=(*state.operators, leg))
        case OutsideLegDialled():
            # Whoever wants it is a leg of their own: this one is nobody of ours.
            leg = OperatorLeg(
                event.leg_id, "", event.ring_ms_max, number_sealed=event.number_sealed
            )
            return replace(state, operators=(*state.operators, leg))
        case OperatorLegRang():
            return _phase(state, event.leg_id, LegPhase.RINGING)
        case OperatorLegAnswered():
            return _phase(state, event.leg_id, LegPhase.PICKED_UP)
        case TalkStarted():
            return _phase(state, event.leg_id, LegPhase.TALKING)
        case OperatorLegEnded(leg_id=leg_id):
            return _left(state, leg_id)
        case HangUpOrdered(leg_id=leg_id):
            transferred = bool(event.transferred)
            return _changed(
                state, leg_id, lambda leg: replace(leg, leaving=True, transferred=transferred)
            )
        case TransferAsked(leg_id=leg_id):
            return _changed(state, leg_id, lambda leg: replace(leg, asks=leg.asks + 1, answer=None))
        case TransferAnswered(leg_id=leg_id, sip_code=code):
            # By an answer of 200 the node ends the leg: its operator is done with the customer.
            handed_over = code == ANSWERED_OK
            return _changed(
                state,
                leg_id,
                lambda leg: replace(leg, answer=code, transferred=leg.transferred or handed_over),
            )
        case _:
            assert_never(event)


def _left(state: Connected, leg_id: str) -> Connected:
    outside = {leg.leg_id for leg in state.operators if leg.leg_id == leg_id and leg.number_sealed}
    return replace(
        state,
        operators=_without(state.operators, leg_id),
        outside_over=state.outside_over | outside,
    )


def supervised(
    state: Connected,
    event: SupervisionOrdered | SupervisorHeard | UnsupervisionOrdered | SupervisorLegEnded,
) -> Connected:
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
    return _changed(state, leg_id, lambda leg: replace(leg, phase=phase))


def _changed(
    state: Connected, leg_id: str, change: Callable[[OperatorLeg], OperatorLeg]
) -> Connected:
    return replace(state, operators=_with(state.operators, leg_id, change))


def _with(legs: tuple[Leg, ...], leg_id: str, change: Callable[[Leg], Leg]) -> tuple[Leg, ...]:
    return tuple(change(leg) if leg.leg_id == leg_id else leg for leg in legs)


def _without(legs: tuple[Leg, ...], leg_id: str) -> tuple[Leg, ...]:
    return tuple(leg for leg in legs if leg.leg_id != leg_id)
