"""What the node says happened to a call's legs, as events of the call."""

from collections.abc import Sequence

from sasayaki.media.v1.call_events import (
    CallEvent,
    HangUpOrdered,
    HoldOrdered,
    LegEndReason,
    OperatorLegAnswered,
    OperatorLegEnded,
    OperatorLegRang,
    SupervisionMode,
    SupervisorHeard,
    SupervisorLegEnded,
    TalkStarted,
    TransferAnswered,
    TransferAsked,
)
from sasayaki_media.calls.asked_legs import operators_on_call
from sasayaki_media.calls.happened import (
    Joined,
    LegLeft,
    ModeApplied,
    PickedUp,
    Rang,
    Referred,
    Source,
)
from sasayaki_media.calls.states import Connected, LegPhase, OperatorLeg, SupervisorLeg

FORBIDDEN = 403
_ENDS_CALL = frozenset((LegEndReason.HUNG_UP, LegEndReason.FAILED, LegEndReason.CALL_ENDED))
"""Ends of the last operator's leg with which the node ends the call."""


def came_on(
    leg: OperatorLeg, source: Source, fact: Rang | PickedUp | Joined
) -> Sequence[CallEvent]:
    """An operator's leg goes forward only; a step that was taken already is passed over."""
    event: type[OperatorLegRang | OperatorLegAnswered | TalkStarted]
    match fact:
        case Rang():
            phase, event = LegPhase.RINGING, OperatorLegRang
        case PickedUp():
            phase, event = LegPhase.PICKED_UP, OperatorLegAnswered
        case Joined():
            phase, event = LegPhase.TALKING, TalkStarted
    if phase <= leg.phase:
        return []
    return [
        event(
            leg_id=leg.leg_id,
            operator_id=leg.operator_id,
            node_id=source.node_id,
            happening_seq=source.seq,
        )
    ]


def mode_applied(
    state: Connected, leg: SupervisorLeg, source: Source, fact: ModeApplied
) -> Sequence[CallEvent]:
    """A takeover lets the operator go in the same decision: not before the customer hears us."""
    if leg.heard is fact.mode:
        return []  # the phone's order was carried out; the mode was told before
    events: list[CallEvent] = [_heard(leg, source, fact)]
    if fact.mode is SupervisionMode.TAKEOVER and not leg.leaving and not state.thread.leaving:
        events += [HangUpOrdered(leg_id=o.leg_id) for o in state.operators if not o.leaving]
        if state.hold.wanted:
            events.append(taken_back(leg.supervisor_id))
    return events


def _heard(leg: SupervisorLeg, source: Source, fact: ModeApplied) -> SupervisorHeard:
    return SupervisorHeard(
        leg_id=leg.leg_id,
        supervisor_id=leg.supervisor_id,
        supervision_id=leg.supervision_id,
        mode=fact.mode,
        applied_at=fact.applied_at,
        node_id=source.node_id,
        happening_seq=source.seq,
    )


def operator_gone(
    state: Connected, leg: OperatorLeg, source: Source, fact: LegLeft
) -> Sequence[CallEvent]:
    """The leg's end; a customer who is on hold and not left alone with it is taken back."""
    left = operator_left(state, leg, source, fact)
    others = [other for other in operators_on_call(state) if other is not leg]
    ends_call = fact.reason in _ENDS_CALL and not others
    on_call = leg.phase >= LegPhase.PICKED_UP
    if not on_call or ends_call or not state.hold.wanted or state.thread.leaving:
        return [left]
    return [left, taken_back(leg.operator_id)]


def taken_back(user_id: str) -> HoldOrdered:
    return HoldOrdered(held=False, music_sha256="", operator_id=user_id)


def operator_left(
    state: Connected, leg: OperatorLeg, source: Source, fact: LegLeft
) -> OperatorLegEnded:
    """A talk that a supervisor goes on with was taken over, however the operator's leg ended.

    One that was handed over was transferred, also if its operator hung up first.
    """
    handled = any(supervisor.handles for supervisor in state.supervisors)
    talked = leg.phase >= LegPhase.PICKED_UP and fact.reason is not LegEndReason.CALL_ENDED
    reason = fact.reason
    if talked and handled:
        reason = LegEndReason.TAKEN_OVER
    elif talked and leg.transferred:
        reason = LegEndReason.TRANSFERRED
    return OperatorLegEnded(
        leg_id=leg.leg_id,
        operator_id=leg.operator_id,
        reason=reason,
        sip_code=fact.sip_code,
        node_id=source.node_id,
        happening_seq=source.seq,
    )


def supervisor_left(leg: SupervisorLeg, source: Source, fact: LegLeft) -> SupervisorLegEnded:
    return SupervisorLegEnded(
        leg_id=leg.leg_id,
        supervisor_id=leg.supervisor_id,
        supervision_id=leg.supervision_id,
        reason=fact.reason,
        sip_code=fact.sip_code,
        node_id=source.node_id,
        happening_seq=source.seq,
        left_at=source.at,
    )


def transfer_asked(
    state: Connected, leg: OperatorLeg, source: Source, fact: Referred
) -> Sequence[CallEvent]:
    """A wish to go anywhere but to a person of ours is refused at once."""
    replaced = operator_of(state, fact.replaces_leg_id) if fact.replaces_leg_id else None
    named = fact.target if fact.ours and fact.target.startswith("usr_") else ""
    target = replaced.operator_id if replaced else named
    asked = TransferAsked(
        leg_id=leg.leg_id,
        operator_id=leg.operator_id,
        target_operator_id=target,
        attended=replaced is not None,
        node_id=source.node_id,
        happening_seq=source.seq,
    )
    return [asked] if target else [asked, TransferAnswered(leg_id=leg.leg_id, sip_code=FORBIDDEN)]


def operator_of(state: Connected, leg_id: str) -> OperatorLeg | None:
    return next((leg for leg in state.operators if leg.leg_id == leg_id), None)


def supervisor_of(state: Connected, leg_id: str) -> SupervisorLeg | None:
    return next((leg for leg in state.supervisors if leg.leg_id == leg_id), None)
