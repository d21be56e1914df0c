"""What the node says happened, as events of the call.

A fact that was taken down before, or that the call's state rules out, comes to nothing.
"""

from collections.abc import Sequence
from typing import assert_never

from sasayaki.media.v1.call_events import (
    CallAnswered,
    CallEnded,
    CallEndReason,
    CallEvent,
    DigitsCollected,
    DigitsOutcome,
    GuidancePlayed,
    HangUpOrdered,
    LegEndReason,
    OperatorLegAnswered,
    OperatorLegEnded,
    OperatorLegRang,
    PromptOrdered,
    PromptOutcome,
    PromptPlayed,
    SupervisionMode,
    SupervisorHeard,
    SupervisorLegEnded,
    TalkStarted,
    TapClosed,
    TapOpened,
)
from sasayaki_media.calls.commands import (
    Answered,
    BrokeSilence,
    Fact,
    FellSilent,
    Held,
    Joined,
    LegLeft,
    ModeApplied,
    Over,
    Overlapped,
    PickedUp,
    Played,
    PlayEnd,
    Rang,
    Resumed,
    Source,
    TapBegan,
    TapStopped,
    Withdrawn,
)
from sasayaki_media.calls.states import Connected, Ended, LegPhase, Live, OperatorLeg, SupervisorLeg
from sasayaki_media.calls.talk import held, talk_went

_PROMPT_OUTCOME = {
    # Digits that came or did not: the prompts were heard or cut short by a key.
    PlayEnd.COMPLETED: PromptOutcome.COMPLETED,
    PlayEnd.COLLECTED: PromptOutcome.COMPLETED,
    PlayEnd.TIMED_OUT: PromptOutcome.COMPLETED,
    PlayEnd.HUNG_UP: PromptOutcome.HUNG_UP,
    PlayEnd.STOPPED: PromptOutcome.STOPPED,
}
_DIGITS_OUTCOME = {
    PlayEnd.COLLECTED: DigitsOutcome.COLLECTED,
    PlayEnd.TIMED_OUT: DigitsOutcome.TIMED_OUT,
    PlayEnd.HUNG_UP: DigitsOutcome.HUNG_UP,
}


def note(state: Live | Ended, source: Source, fact: Fact) -> Sequence[CallEvent]:
    """The events of one happening, all with its number."""
    thread = state.thread
    if source.node_id != thread.node_id or source.seq <= thread.seen_seq:
        return []
    if isinstance(state, Ended):
        closed = isinstance(fact, TapStopped) and state.tapped
        return [_tap_closed(source, fact)] if closed and isinstance(fact, TapStopped) else []
    match fact:
        case Withdrawn():
            return over(state, CallEndReason.CUSTOMER_HUNG_UP, source)
        case Over(reason):
            return over(state, reason, source)
        case Answered():
            answered = CallAnswered(node_id=source.node_id, happening_seq=source.seq)
            return [] if isinstance(state, Connected) else [answered]
        case Played():
            return _played(state, source, fact)
        case _ if isinstance(state, Connected):
            return _in_talk(state, source, fact)
        case _:
            return []


def over(state: Live, reason: CallEndReason, source: Source) -> Sequence[CallEvent]:
    """The end of the call: first of the legs that the node did not name, so that nobody is left."""
    ends: list[CallEvent] = []
    if isinstance(state, Connected):
        by_call = LegLeft("", LegEndReason.CALL_ENDED, None)
        ends += [operator_left(state, leg, source, by_call) for leg in state.operators]
        ends += [supervisor_left(leg, source, by_call) for leg in state.supervisors]
    ended = CallEnded(reason=reason, node_id=source.node_id, happening_seq=source.seq)
    return [*ends, ended]


def lost(state: Live, node_id: str) -> Sequence[CallEvent]:
    """The end of a call whose node is gone, as far as it is on that node."""
    if node_id != state.thread.node_id:
        return []
    return over(state, CallEndReason.NODE_LOST, Source(node_id, 0))


def _played(state: Live, source: Source, fact: Played) -> Sequence[CallEvent]:
    for play in state.thread.plays:
        if play.ordered.play_id == fact.play_id:
            return play_ended(play.ordered, source, fact)
    return []


def play_ended(ordered: PromptOrdered, source: Source, fact: Played) -> Sequence[CallEvent]:
    """Guidance heard is a fact of its own; digits that were asked for are told apart from none."""
    events: list[CallEvent] = []
    if ordered.guidance:
        events.append(_guidance_played(ordered, source, fact))
    if ordered.digits_max and fact.end in _DIGITS_OUTCOME:
        events.append(_digits_collected(source, fact))
    return events or [_prompt_played(source, fact)]


def _guidance_played(ordered: PromptOrdered, source: Source, fact: Played) -> GuidancePlayed:
    return GuidancePlayed(
        play_id=fact.play_id,
        prompt_sha256=ordered.prompt_sha256[0],
        heard_ms=fact.heard_ms,
        total_ms=fact.total_ms,
        outcome=_PROMPT_OUTCOME[fact.end],
        node_id=source.node_id,
        happening_seq=source.seq,
    )


def _digits_collected(source: Source, fact: Played) -> DigitsCollected:
    return DigitsCollected(
        play_id=fact.play_id,
        digits=fact.digits,
        outcome=_DIGITS_OUTCOME[fact.end],
        heard_ms=fact.heard_ms,
        node_id=source.node_id,
        happening_seq=source.seq,
    )


def _prompt_played(source: Source, fact: Played) -> PromptPlayed:
    return PromptPlayed(
        play_id=fact.play_id,
        heard_ms=fact.heard_ms,
        total_ms=fact.total_ms,
        outcome=_PROMPT_OUTCOME[fact.end],
        node_id=source.node_id,
        happening_seq=source.seq,
    )


def _in_talk(state: Connected, source: Source, fact: Fact) -> Sequence[CallEvent]:
    """What happens only between the answer and the end."""
    match fact:
        case TapBegan():
            opened = TapOpened(node_id=source.node_id, happening_seq=source.seq)
            return [] if state.tapped else [opened]
        case TapStopped():
            return [_tap_closed(source, fact)] if state.tapped else []
        case Rang(leg_id) | PickedUp(leg_id) | Joined(leg_id):
            operator = _operator(state, leg_id)
            return _came_on(operator, source, fact) if operator else []
        case ModeApplied(leg_id):
            supervisor = _supervisor(state, leg_id)
            return _mode_applied(state, supervisor, source, fact) if supervisor else []
        case LegLeft(leg_id):
            if operator := _operator(state, leg_id):
                return [operator_left(state, operator, source, fact)]
            supervisor = _supervisor(state, leg_id)
            return [supervisor_left(supervisor, source, fact)] if supervisor else []
        case FellSilent() | BrokeSilence() | Overlapped():
            return [talk_went(source, fact)]
        case Held() | Resumed():
            return held(_operator(state, fact.leg_id), source, fact)
        case Withdrawn() | Answered() | Played() | Over():
            raise AssertionError(f"{type(fact).__name__} is taken down before")
        case _:
            assert_never(fact)


def _came_on(
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


def _mode_applied(
    state: Connected, leg: SupervisorLeg, source: Source, fact: ModeApplied
) -> Sequence[CallEvent]:
    """A takeover lets the operator go in the same decision: not before the customer hears us."""
    if leg.heard is fact.mode:
        return []  # the phone's order was carried out; the mode was told before
    events: list[CallEvent] = [_heard(leg, source, fact)]
    if fact.mode is SupervisionMode.TAKEOVER and not leg.leaving and not state.thread.leaving:
        events += [HangUpOrdered(leg_id=o.leg_id) for o in state.operators if not o.leaving]
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


def operator_left(
    state: Connected, leg: OperatorLeg, source: Source, fact: LegLeft
) -> OperatorLegEnded:
    """A talk that a supervisor goes on with was taken over, however the operator's leg ended."""
    handled = any(supervisor.handles for supervisor in state.supervisors)
    talked = leg.phase >= LegPhase.PICKED_UP and fact.reason is not LegEndReason.CALL_ENDED
    return OperatorLegEnded(
        leg_id=leg.leg_id,
        operator_id=leg.operator_id,
        reason=LegEndReason.TAKEN_OVER if handled and talked else fact.reason,
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


def _tap_closed(source: Source, fact: TapStopped) -> TapClosed:
    return TapClosed(
        recorded_ms=fact.recorded_ms,
        pages=fact.pages,
        node_id=source.node_id,
        happening_seq=source.seq,
    )


def _operator(state: Connected, leg_id: str) -> OperatorLeg | None:
    return next((leg for leg in state.operators if leg.leg_id == leg_id), None)


def _supervisor(state: Connected, leg_id: str) -> SupervisorLeg | None:
    return next((leg for leg in state.supervisors if leg.leg_id == leg_id), None)
