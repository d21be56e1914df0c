"""One call: what may be asked of it, what happened in it, and what follows.

An order to the node is an event first (`AnswerOrdered`, `OperatorLegDialled`, …) and outstanding
until what the node says shows that it was carried out: see `orders.py`.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import assert_never

from sasayaki.media.v1.call_events import (
    EVENTS,
    AnswerOrdered,
    CallArrived,
    CallEvent,
    HangUpOrdered,
    OperatorLegDialled,
    PromptOrdered,
    SupervisionMode,
    SupervisionOrdered,
    UnsupervisionOrdered,
)
from sasayaki_chassis.decider import Decider, Refused
from sasayaki_media.calls.commands import (
    Answer,
    Arrive,
    Command,
    Dial,
    FailOrder,
    GiveUp,
    HangUp,
    LoseNode,
    Note,
    PlayPrompt,
    Request,
    Supervise,
    Unsupervise,
)
from sasayaki_media.calls.facts import lost, note
from sasayaki_media.calls.failures import failed
from sasayaki_media.calls.history import evolve
from sasayaki_media.calls.states import (
    Answering,
    Arrived,
    Connected,
    Ended,
    LegPhase,
    Live,
    New,
    OperatorLeg,
    State,
    SupervisorLeg,
)

ANSWER_WINDOW = timedelta(seconds=30)
"""A call that nobody orders to be answered is ended: no caller listens to ringing longer."""
PLAYS_MAX = 8
"""Plays under way at once in one call."""
OPERATOR_LEGS_MAX = 8
"""Operators' legs at once in one call, those on their way out included."""
SUPERVISOR_LEGS_MAX = 4
"""Supervisors' legs at once in one call."""


def decide(state: State, command: Command, now: datetime) -> Sequence[CallEvent]:
    """Read as a table: a fact is taken down or passed over, a request is met or refused."""
    match state, command:
        case New(), Arrive():
            return [_arrived(command, now)]
        case _, Arrive():
            return []  # the happening was delivered twice
        case ((Arrived() | Answering() | Connected() | Ended()), Note(source, fact)):
            return note(state, source, fact)
        case ((Arrived() | Answering() | Connected()), FailOrder(key, error)):
            return failed(state, key, error)
        case ((Arrived() | Answering() | Connected()), LoseNode(node_id)):
            return lost(state, node_id)
        case Arrived(thread), GiveUp():
            return [] if thread.leaving else [HangUpOrdered(leg_id="")]
        case _, (Note() | FailOrder() | LoseNode() | GiveUp()):
            return []  # about a call that is over, or was never ours
        case New(), (Answer() | PlayPrompt() | Dial() | Supervise() | Unsupervise() | HangUp()):
            raise Refused("UNKNOWN_CONTACT", "no such contact")
        case Ended(), (Unsupervise() | HangUp()):
            return []  # leaving twice is not an error
        case Ended(), (Answer() | PlayPrompt() | Dial() | Supervise()):
            raise Refused("CALL_ENDED", "the call is over")
        case ((Arrived() | Answering() | Connected()), HangUp()):
            return _hung_up(state, command)
        case ((Arrived() | Answering() | Connected()), Unsupervise()):
            return _unsupervised(state, command)
        case (
            (Arrived() | Answering() | Connected()),
            (Answer() | PlayPrompt() | Dial() | Supervise()),
        ):
            return _met(state, command)
        case _:
            # mypy cannot narrow a pair: the table above is whole.
            raise AssertionError(f"{type(command).__name__} when {type(state).__name__}")


def deadline(state: State) -> tuple[datetime, Command] | None:
    """When an arrived call is given up."""
    match state:
        case Arrived(thread, answer_by) if answer_by is not None and not thread.leaving:
            return answer_by, GiveUp()
        case _:
            return None


def _arrived(command: Arrive, now: datetime) -> CallArrived:
    return CallArrived(
        dialled_number=command.dialled_number,
        caller_hash=command.caller_hash,
        caller_sealed=command.caller_sealed,
        node_id=command.source.node_id,
        happening_seq=command.source.seq,
        node_call_id=command.node_call_id,
        answer_by=now + ANSWER_WINDOW,
    )


def _met(state: Live, request: Request) -> Sequence[CallEvent]:
    """What a request that goes on with the call comes to."""
    if state.thread.leaving:
        raise Refused("CALL_ENDING", "the call is being ended")
    match request:
        case Answer(record):
            return [AnswerOrdered(record=record)] if isinstance(state, Arrived) else []
        case PlayPrompt():
            return _played(state, request)
        case Dial():
            return _dialled(_connected(state), request)
        case Supervise():
            return _supervised(_connected(state), request)
        case HangUp() | Unsupervise():
            raise AssertionError(f"{type(request).__name__} is decided before")
        case _:
            assert_never(request)


def _connected(state: Live) -> Connected:
    if not isinstance(state, Connected):
        raise Refused("NOT_ANSWERED", "the call has not been answered")
    return state


def _played(state: Live, request: PlayPrompt) -> Sequence[CallEvent]:
    _refuse_during_guidance(state)
    if any(play.ordered.play_id == request.play_id for play in state.thread.plays):
        raise Refused("PLAY_EXISTS", f"play {request.play_id!r} is under way")
    if len(state.thread.plays) >= PLAYS_MAX:
        raise Refused("TOO_MANY_PLAYS", f"{PLAYS_MAX} plays are under way")
    if isinstance(state, Connected):
        _refuse_in_talk(state)  # a prompt would stand in place of a person's voice
    return [
        PromptOrdered(
            play_id=request.play_id,
            prompt_sha256=request.prompt_sha256,
            guidance=request.guidance,
            digits_max=request.digits_max,
            first_digit_ms=request.first_digit_ms,
            next_digit_ms=request.next_digit_ms,
            closing_sha256=(),
            digit_sha256=(),
        )
    ]


def _dialled(state: Connected, request: Dial) -> Sequence[CallEvent]:
    """The newest dial holds: an operator who still rings is let go for the next."""
    _refuse_during_guidance(state)
    staying = [leg for leg in state.operators if not leg.leaving]
    if any(leg.operator_id == request.operator_id for leg in staying):
        raise Refused("ALREADY_DIALLED", f"operator {request.operator_id!r} has a leg")
    _refuse_in_talk(state)
    if len(state.operators) >= OPERATOR_LEGS_MAX:
        raise Refused("TOO_MANY_LEGS", f"{OPERATOR_LEGS_MAX} operators' legs are not over")
    let_go = [HangUpOrdered(leg_id=leg.leg_id) for leg in staying]
    dialled = OperatorLegDialled(
        leg_id=request.leg_id, operator_id=request.operator_id, ring_ms_max=request.ring_ms_max
    )
    return [*let_go, dialled]


def _supervised(state: Connected, request: Supervise) -> Sequence[CallEvent]:
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
    if _on_call(state) is None:
        raise Refused("NOT_TALKING", "no operator is talking to the customer")


def _ordered(leg_id: str, request: Supervise) -> SupervisionOrdered:
    return SupervisionOrdered(
        leg_id=leg_id,
        supervisor_id=request.supervisor_id,
        supervision_id=request.supervision_id,
        mode=request.mode,
        keep_phone=request.keep_phone or None,
    )


def _unsupervised(state: Live, request: Unsupervise) -> Sequence[CallEvent]:
    """Who leaves a call that goes on with them alone ends it."""
    legs = state.supervisors if isinstance(state, Connected) else ()
    left = [leg for leg in legs if leg.supervision_id == request.supervision_id and not leg.leaving]
    if any(leg.handles for leg in left):
        return [] if state.thread.leaving else [HangUpOrdered(leg_id="")]
    return [
        UnsupervisionOrdered(leg_id=leg.leg_id, supervision_id=leg.supervision_id) for leg in left
    ]


def _hung_up(state: Live, request: HangUp) -> Sequence[CallEvent]:
    if not request.operator_id:
        return [] if state.thread.leaving else [HangUpOrdered(leg_id="")]
    legs = state.operators if isinstance(state, Connected) else ()
    return [
        HangUpOrdered(leg_id=leg.leg_id)
        for leg in legs
        if leg.operator_id == request.operator_id
        and not leg.leaving
        and not (request.unless_picked_up and leg.phase >= LegPhase.PICKED_UP)
    ]


def _on_call(state: Connected) -> OperatorLeg | None:
    """The operator's leg that was picked up and stays."""
    staying = (leg for leg in state.operators if not leg.leaving)
    return next((leg for leg in staying if leg.phase >= LegPhase.PICKED_UP), None)


def _refuse_in_talk(state: Connected) -> None:
    """Who talks with a person, an operator or a supervisor, talks with nobody else."""
    if _on_call(state):
        raise Refused("OPERATOR_ON_CALL", "an operator is talking to the customer")
    if any(leg.handles for leg in state.supervisors):
        raise Refused("TAKEN_OVER", "a supervisor is talking to the customer")


def _refuse_during_guidance(state: Live) -> None:
    """Nothing may cut the guidance short: only who has heard it may be recorded."""
    if any(play.ordered.guidance for play in state.thread.plays):
        raise Refused("GUIDANCE_UNDER_WAY", "the guidance is being played")


CALL: Decider[State, Command, CallEvent] = Decider(
    stream="media.call",
    initial=New(),
    decide=decide,
    evolve=evolve,
    deadline=deadline,
    events=EVENTS,
    partitions=12,
)
