"""What a person's request about their own phone comes to: pick up, put down, mute, talk back."""

from collections.abc import Sequence

from sasayaki.media.v1.call_events import (
    CallEvent,
    LegMuteOrdered,
    PickUpOrdered,
    PutDownOrdered,
    TalkBackOrdered,
)
from sasayaki_chassis.decider import Refused
from sasayaki_media.calls.commands import Mute, PickUp, PutDown, TalkBack
from sasayaki_media.calls.states import Connected, LegPhase, OperatorLeg, SupervisorLeg


def picked_up(state: Connected, request: PickUp) -> Sequence[CallEvent]:
    leg = _operator(state, request.user_id)
    if leg is None or leg.phase is not LegPhase.RINGING:
        raise Refused("NOT_RINGING", f"no phone of {request.user_id!r} rings")
    return [] if leg.picking_up else [PickUpOrdered(leg_id=leg.leg_id)]


def put_down(state: Connected, request: PutDown) -> Sequence[CallEvent]:
    """Whoever has no phone on the call has put it down already."""
    leg = _operator(state, request.user_id) or _supervisor(state, request.user_id)
    if leg is None or leg.putting_down:
        return []
    return [PutDownOrdered(leg_id=leg.leg_id)]


def muted(state: Connected, request: Mute) -> Sequence[CallEvent]:
    leg = _talking(state, request.user_id) or _supervising(state, request.user_id)
    if leg is None:
        raise Refused("NOT_TALKING", f"{request.user_id!r} is not on the call")
    if leg.mute.wanted == request.muted:
        return []
    return [LegMuteOrdered(leg_id=leg.leg_id, muted=request.muted)]


def talked_back(state: Connected, request: TalkBack) -> Sequence[CallEvent]:
    leg = _talking(state, request.user_id)
    if leg is None:
        raise Refused("NOT_TALKING", f"{request.user_id!r} does not talk with the customer")
    if leg.talk_back.wanted == request.on:
        return []
    if request.on and not any(s.heard and not s.leaving for s in state.supervisors):
        raise Refused("NO_SUPERVISOR", "no supervisor is there to hear it")
    return [TalkBackOrdered(leg_id=leg.leg_id, on=request.on)]


def _operator(state: Connected, user_id: str) -> OperatorLeg | None:
    legs = (leg for leg in state.operators if leg.operator_id == user_id and not leg.leaving)
    return next(legs, None)


def _supervisor(state: Connected, user_id: str) -> SupervisorLeg | None:
    legs = (leg for leg in state.supervisors if leg.supervisor_id == user_id and not leg.leaving)
    return next(legs, None)


def _talking(state: Connected, user_id: str) -> OperatorLeg | None:
    leg = _operator(state, user_id)
    return leg if leg is not None and leg.phase is LegPhase.TALKING else None


def _supervising(state: Connected, user_id: str) -> SupervisorLeg | None:
    leg = _supervisor(state, user_id)
    return leg if leg is not None and leg.heard else None
