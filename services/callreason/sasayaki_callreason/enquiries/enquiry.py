"""One contact's way through a flow, the reason for the call, and its wrap-up.

| state     | goes on by                        | ends as, when the call ends             |
|-----------|-----------------------------------|-----------------------------------------|
| NotOpened | Open                              | LEFT_IN_GUIDANCE: there was no time     |
| Playing   | PromptHeard                       | LEFT_IN_GUIDANCE until it was heard     |
| Asking    | DigitsPressed                     | once, then LEFT_IN_FLOW                 |
| Queued    | StartTalk                         | LEFT_IN_QUEUE                           |
| Ending    | -                                 | RELEASED                                |
| Talking   | HandOver                          | WrappingUp                              |
| WrappingUp| CompleteWrapUp, or its time limit | HANDLED, by its reason WRONG_NUMBER or  |
|           |                                   | PRANK; else HANDLED_WITHOUT_WRAP_UP     |
| Over      | -                                 | -                                       |

A call that a supervisor has taken over goes on without its operator, who wraps up meanwhile. A call
that a fault of ours ended before anybody talked is LOST. A talk can begin in every state
before Over, whatever the flow thought it was doing. What is repeated or comes too late decides to
nothing: the call's events are sent at least once.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import assert_never

from sasayaki.callreason.v1.enquiry_events import (
    EVENTS,
    EnquiryClosed,
    EnquiryEvent,
    EnquiryOpened,
    EnquiryOutcome,
    EnquiryTaken,
    FlowEnded,
    FormAnswer,
    ReasonConfirmed,
    WrapUpAsked,
)
from sasayaki_callreason.enquiries.commands import (
    Command,
    CompleteWrapUp,
    ConfirmReason,
    DigitsPressed,
    EndCall,
    HandOver,
    LapseWrapUp,
    Open,
    PromptHeard,
    StartTalk,
    TurnAway,
)
from sasayaki_callreason.enquiries.history import evolve
from sasayaki_callreason.enquiries.states import (
    Asking,
    Calling,
    Collecting,
    Ending,
    Facts,
    InFlow,
    LeavingVoicemail,
    NotOpened,
    Over,
    PassingOut,
    Playing,
    Queued,
    ReadingBack,
    State,
    Talking,
    WrappingUp,
)
from sasayaki_callreason.flows.steps import Heard, Pressed, enter, resume
from sasayaki_chassis.decider import Decider, Refused


def decide(state: State, command: Command, now: datetime) -> Sequence[EnquiryEvent]:
    """Read as a table: what each command does in the states where it does anything."""
    match state, command:
        case NotOpened(), Open():
            return _opened(command)
        case NotOpened(), TurnAway():
            return (FlowEnded(step_id=""), _closed(state.facts, EnquiryOutcome.LOST))
        case Playing(facts, step_id, play_id), PromptHeard(heard, flow) if heard == play_id:
            return resume(flow, step_id, Heard(), plays=facts.plays)
        case Asking(facts, step_id, play_id, attempt), DigitsPressed(asked, digits, flow) if (
            asked == play_id
        ):
            return resume(flow, step_id, Pressed(digits, attempt), plays=facts.plays)
        case WrappingUp() | Over(), StartTalk():
            return ()
        case _, StartTalk(operator_id):
            taken = isinstance(state, Talking) and state.facts.operator_id == operator_id
            return () if taken else (EnquiryTaken(operator_id=operator_id),)
        case Talking(facts), EndCall(wrap_up=wrap_up):
            return (WrapUpAsked(operator_id=facts.operator_id, respond_by=now + wrap_up),)
        case Talking(facts), HandOver(operator_id=operator_id, wrap_up=wrap_up) if (
            operator_id == facts.operator_id
        ):
            # The wrap-up does not wait for the call: its end changes nothing any more.
            return (WrapUpAsked(operator_id=operator_id, respond_by=now + wrap_up),)
        case WrappingUp() | Over(), EndCall():
            return ()
        case _, EndCall(lost=lost):
            assert not isinstance(state, Talking | WrappingUp | Over)
            return (_closed(state.facts, EnquiryOutcome.LOST if lost else _left(state)),)
        case ((Talking() | WrappingUp()), ConfirmReason()):
            return _confirmed(state.facts, command)
        case WrappingUp(facts), CompleteWrapUp():
            return _completed(facts, command)
        case WrappingUp(facts), LapseWrapUp():
            return (_closed(facts, EnquiryOutcome.HANDLED_WITHOUT_WRAP_UP),)
        case Talking(facts), CompleteWrapUp(user_id=user_id):
            _check_own(facts, user_id)
            raise Refused("CALL_RUNS", "cannot complete: the talk is not known to be over")
        case _, (ConfirmReason() | CompleteWrapUp()):
            raise _too_soon_or_late(state, command)
        case _:
            return ()


def deadline(state: State) -> tuple[datetime, Command] | None:
    return (state.respond_by, LapseWrapUp()) if isinstance(state, WrappingUp) else None


def _opened(command: Open) -> tuple[EnquiryEvent, ...]:
    opened = EnquiryOpened(
        client_id=command.client_id,
        flow_id=command.flow.flow_id,
        flow_version=command.flow_version,
        dialled_number=command.dialled_number,
    )
    return (opened, *enter(command.flow, command.flow.start, plays=0))


def _left(state: InFlow) -> EnquiryOutcome:
    """How an enquiry ends whose customer hung up before an operator answered."""
    if state.facts.left_with is not None:
        return state.facts.left_with
    match state:
        case Queued():
            return EnquiryOutcome.LEFT_IN_QUEUE
        case Ending():
            return EnquiryOutcome.RELEASED
        case Calling():
            return EnquiryOutcome.NOT_REACHED
        case LeavingVoicemail():
            return EnquiryOutcome.VOICEMAIL
        case NotOpened(facts) | Playing(facts) | Asking(facts) | Collecting(facts):
            heard = facts.guidance_heard
            return EnquiryOutcome.LEFT_IN_FLOW if heard else EnquiryOutcome.LEFT_IN_GUIDANCE
        case ReadingBack(facts) | PassingOut(facts):
            heard = facts.guidance_heard
            return EnquiryOutcome.LEFT_IN_FLOW if heard else EnquiryOutcome.LEFT_IN_GUIDANCE
        case _:
            assert_never(state)


def _closed(
    facts: Facts,
    outcome: EnquiryOutcome,
    *,
    reason_id: str = "",
    answers: tuple[FormAnswer, ...] = (),
) -> EnquiryClosed:
    return EnquiryClosed(
        outcome=outcome,
        reason_id=reason_id or facts.reason_id,
        operator_id=facts.operator_id,
        answers=answers,
    )


def _confirmed(facts: Facts, command: ConfirmReason) -> tuple[EnquiryEvent, ...]:
    if command.own_only:
        _check_own(facts, command.user_id)
    if command.reason_id == facts.confirmed_reason_id:
        return ()
    return (ReasonConfirmed(reason_id=command.reason_id, operator_id=command.user_id),)


def _completed(facts: Facts, command: CompleteWrapUp) -> tuple[EnquiryEvent, ...]:
    _check_own(facts, command.user_id)
    reason_id = command.reason_id or facts.reason_id
    outcome = command.outcomes.get(reason_id, EnquiryOutcome.HANDLED)
    closed = _closed(facts, outcome, reason_id=command.reason_id, answers=command.answers)
    if command.reason_id in ("", facts.confirmed_reason_id):
        return (closed,)
    confirmed = ReasonConfirmed(reason_id=command.reason_id, operator_id=command.user_id)
    return (confirmed, closed)


def _check_own(facts: Facts, user_id: str) -> None:
    if facts.operator_id != user_id:
        raise Refused("NOT_YOUR_CONTACT", f"the contact's operator is not {user_id!r}")


def _too_soon_or_late(state: State, command: ConfirmReason | CompleteWrapUp) -> Refused:
    asked = type(command).__name__
    if isinstance(state, Over):
        return Refused("ENQUIRY_OVER", f"cannot {asked}: the enquiry is over")
    return Refused("NOT_TAKEN", f"cannot {asked}: no operator has talked")


ENQUIRY: Decider[State, Command, EnquiryEvent] = Decider(
    stream="callreason.enquiry",
    initial=NotOpened(),
    decide=decide,
    evolve=evolve,
    deadline=deadline,
    events=EVENTS,
    partitions=12,
)
