"""What a request about a call's legs comes to: who rings, who joins, who leaves."""

from collections.abc import Sequence

from sasayaki.media.v1.call_events import (
    CallEvent,
    HangUpOrdered,
    OperatorLegDialled,
    OutsideLegDialled,
    SupervisionMode,
    SupervisionOrdered,
    TransferAnswered,
    UnsupervisionOrdered,
)
from sasayaki_chassis.decider import Refused
from sasayaki_media.calls.commands import (
    AnswerTransfer,
    Dial,
    DialOutside,
    HangUp,
    Supervise,
    Unsupervise,
)
from sasayaki_media.calls.states import Connected, LegPhase, Live, OperatorLeg, SupervisorLeg

OPERATOR_LEGS_MAX = 8
"""Operators' legs at once in one call, those on their way out included."""
ON_CALL_MAX = 3
"""Operators who are on one call at once."""
SUPERVISOR_LEGS_MAX = 4
"""Supervisors' legs at once in one call."""


def dialled(state: Connected, request: Dial) -> Sequence[CallEvent]:
    """The newest dial holds: an operator who still rings is let go for the next."""
    staying = [leg for leg in state.operators if not leg.leaving]
    if any(leg.operator_id == request.operator_id for leg in staying):
        refuse_during_guidance(state)
        raise Refused("ALREADY_DIALLED", f"operator {request.operator_id!r} has a leg")
    let_go = _room(state, beside_talk=request.consult)
    leg = OperatorLegDialled(
        leg_id=request.leg_id,
        operator_id=request.operator_id,
        ring_ms_max=request.ring_ms_max,
        consult=request.consult or None,
    )
    return [*let_go, leg]


def dialled_outside(state: Connected, request: DialOutside) -> Sequence[CallEvent]:
    """An operator brings somebody into their talk; the flow hands a customer on."""
    let_go = _room(state, beside_talk=bool(request.operator_id))
    if request.operator_id and request.operator_id not in {
        leg.operator_id for leg in operators_on_call(state)
    }:
        raise Refused("NOT_YOURS", f"operator {request.operator_id!r} is not on the call")
    leg = OutsideLegDialled(
        leg_id=request.leg_id,
        operator_id=request.operator_id,
        number_sealed=request.number_sealed,
        ring_ms_max=request.ring_ms_max,
    )
    return [*let_go, leg]


def _room(state: Connected, *, beside_talk: bool) -> list[HangUpOrdered]:
    """Lets those go who only ring; raises Refused when there is no room for one more."""
    refuse_during_guidance(state)
    if beside_talk:
        on_call = operators_on_call(state)
        if not on_call:
            raise Refused("NOT_TALKING", "no operator is talking to the customer")
        if len(on_call) >= ON_CALL_MAX:
            raise Refused("TOO_MANY_LEGS", f"{ON_CALL_MAX} operators are on the call")
    else:
        refuse_in_talk(state)
    if len(state.operators) >= OPERATOR_LEGS_MAX:
        raise Refused("TOO_MANY_LEGS", f"{OPERATOR_LEGS_MAX} operators' legs are not over")
    return [
        HangUpOrdered(leg_id=leg.leg_id)
        for leg in state.operators
        if not leg.leaving and leg.phase < LegPhase.PICKED_UP
    ]


def transfer_answered(state: Connected, request: AnswerTransfer) -> Sequence[CallEvent]:
    """What a phone is told once for each transfer that it asked for."""
    for leg in state.operators:
        if leg.leg_id == request.leg_id and leg.asks and leg.answer is None:
            return [TransferAnswered(leg_id=leg.leg_id, sip_code=request.sip_code)]
    return []


def supervised(state: Connected, request: Supervise) -> Sequence[CallEvent]:
    staying = [leg for leg in state.supervisors if not leg.leaving]
    for leg in staying:
        if leg.supervision_id == request.supervision_id:
            return _changed(state, leg, request)
        if leg.supervisor_id == request.supervisor_id:
            raise Refused("ALREADY_SUPERVISING", f"in supervision {leg.supervision_id!r}")
    if len(state.supervisors) >= SUPERVISOR_LEGS_MAX:
        raise Refused("TOO_MANY_LEGS", f"{SUPERVISOR_LEGS_MAX} supervisors' legs are not over")
    _refuse_takeover(state, request)
    return [_ordered(request.leg_id, request)]


def _changed(state: Connected, leg: SupervisorLeg, request: Supervise) -> Sequence[CallEvent]:
    if leg.supervisor_id != request.supervisor_id:
        raise Refused("NOT_THEIR_SUPERVISION", f"supervision {leg.supervision_id!r} is another's")
    if (leg.mode, leg.keep_phone) == (request.mode, request.keep_phone):
        return []
    if leg.mode is not request.mode:
        if leg.mode is SupervisionMode.TAKEOVER:
            raise Refused("TAKEN_OVER", "the supervisor has the call and cannot hand it back")
        _refuse_takeover(state, request)
    return [_ordered(leg.leg_id, request)]


def _refuse_takeover(state: Connected, request: Supervise) -> None:
    """One supervisor takes over, and from an operator: no call is left to nobody or to two."""
    if request.mode is not SupervisionMode.TAKEOVER:
        return
    for leg in state.supervisors:
        if leg.mode is SupervisionMode.TAKEOVER and not leg.leaving:
            raise Refused("ALREADY_TAKEN_OVER", f"by supervisor {leg.supervisor_id!r}")
    if not operators_on_call(state):
        raise Refused("NOT_TALKING", "no operator is talking to the customer")


def _ordered(leg_id: str, request: Supervise) -> SupervisionOrdered:
    return SupervisionOrdered(
        leg_id=leg_id,
        supervisor_id=request.supervisor_id,
        supervision_id=request.supervision_id,
        mode=request.mode,
        keep_phone=request.keep_phone or None,
    )


def unsupervised(state: Live, request: Unsupervise) -> Sequence[CallEvent]:
    """Who leaves a call that goes on with them alone ends it."""
    legs = state.supervisors if isinstance(state, Connected) else ()
    left = [leg for leg in legs if leg.supervision_id == request.supervision_id and not leg.leaving]
    if any(leg.handles for leg in left):
        return [] if state.thread.leaving else [HangUpOrdered(leg_id="")]
    return [
        UnsupervisionOrdered(leg_id=leg.leg_id, supervision_id=leg.supervision_id) for leg in left
    ]


def hung_up(state: Live, request: HangUp) -> Sequence[CallEvent]:
    if not request.operator_id:
        return [] if state.thread.leaving else [HangUpOrdered(leg_id="")]
    legs = state.operators if isinstance(state, Connected) else ()
    return [
        HangUpOrdered(leg_id=leg.leg_id, transferred=request.transferred or None)
        for leg in legs
        if leg.operator_id == request.operator_id
        and not leg.leaving
        and not (request.unless_picked_up and leg.phase >= LegPhase.PICKED_UP)
    ]


def operators_on_call(state: Connected) -> tuple[OperatorLeg, ...]:
    """Legs that were picked up and stay, the longest first."""
    return tuple(leg for leg in state.operators if leg.on_call)


def refuse_in_talk(state: Connected) -> None:
    """Who talks with a person, an operator or a supervisor, talks with nobody else."""
    if operators_on_call(state):
        raise Refused("OPERATOR_ON_CALL", "an operator is talking to the customer")
    if any(leg.handles for leg in state.supervisors):
        raise Refused("TAKEN_OVER", "a supervisor is talking to the customer")


def refuse_during_guidance(state: Live) -> None:
    """Nothing may cut the guidance short: only who has heard it may be recorded."""
    if any(play.ordered.guidance for play in state.thread.plays):
        raise Refused("GUIDANCE_UNDER_WAY", "the guidance is being played")
