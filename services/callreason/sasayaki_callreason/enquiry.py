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

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TypeAlias, assert_never

from sasayaki.callreason.v1.enquiry_events import (
    EVENTS,
    AnnouncementEntered,
    EnquiryClosed,
    EnquiryEvent,
    EnquiryOpened,
    EnquiryOutcome,
    EnquiryRouted,
    EnquiryTaken,
    FlowEnded,
    FormAnswer,
    MenuEntered,
    ReasonConfirmed,
    ReasonStated,
    WrapUpAsked,
)
from sasayaki_callreason.flow import Flow
from sasayaki_callreason.steps import Heard, Pressed, enter, resume
from sasayaki_chassis.decider import Decider, Refused


@dataclass(frozen=True, slots=True, kw_only=True)
class Open:
    """The call has arrived at a number with a flow."""

    client_id: str
    dialled_number: str
    flow: Flow
    flow_version: int


@dataclass(frozen=True, slots=True)
class TurnAway:
    """The call has arrived at a number without a flow."""


@dataclass(frozen=True, slots=True)
class PromptHeard:
    """A play ended with the customer still there; `flow` is the enquiry's version."""

    play_id: str
    flow: Flow


@dataclass(frozen=True, slots=True)
class DigitsPressed:
    """Keys came, or none in time; `flow` is the enquiry's version."""

    play_id: str
    digits: str
    flow: Flow


@dataclass(frozen=True, slots=True)
class StartTalk:
    """An operator and the customer hear each other."""

    operator_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EndCall:
    """The call is over, `lost` by a fault of ours; a wrap-up may take `wrap_up`."""

    lost: bool
    wrap_up: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class HandOver:
    """A supervisor has taken the call over from the operator, whose wrap-up may take `wrap_up`."""

    operator_id: str
    wrap_up: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfirmReason:
    """`user_id` says what the reason is; `own_only` when they may only say it of their contact."""

    reason_id: str
    user_id: str
    own_only: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CompleteWrapUp:
    """The contact's operator sends the form; an empty reason means the one known before.

    `outcomes` says for which reasons it closes as something else than HANDLED.
    """

    reason_id: str
    user_id: str
    answers: tuple[FormAnswer, ...]
    outcomes: Mapping[str, EnquiryOutcome] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class LapseWrapUp:
    """The time for the wrap-up is over."""


Command: TypeAlias = (
    Open
    | TurnAway
    | PromptHeard
    | DigitsPressed
    | StartTalk
    | EndCall
    | HandOver
    | ConfirmReason
    | CompleteWrapUp
    | LapseWrapUp
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What is known of an enquiry in whatever state; empty text: nothing yet."""

    client_id: str = ""
    flow_id: str = ""
    flow_version: int = 0
    path: tuple[str, ...] = ()
    plays: int = 0
    guidance_heard: bool = False
    stated_reason_id: str = ""
    confirmed_reason_id: str = ""
    operator_id: str = ""
    dialled_number: str = ""

    @property
    def reason_id(self) -> str:
        return self.confirmed_reason_id or self.stated_reason_id


@dataclass(frozen=True, slots=True)
class NotOpened:
    facts: Facts = Facts()


@dataclass(frozen=True, slots=True)
class Playing:
    """An announcement is heard."""

    facts: Facts
    step_id: str
    play_id: str
    guidance: bool


@dataclass(frozen=True, slots=True)
class Asking:
    """A menu is heard or its key awaited."""

    facts: Facts
    step_id: str
    play_id: str
    attempt: int


@dataclass(frozen=True, slots=True)
class Queued:
    facts: Facts


@dataclass(frozen=True, slots=True)
class Ending:
    """The flow is through; the call is being ended."""

    facts: Facts


@dataclass(frozen=True, slots=True)
class Talking:
    facts: Facts


@dataclass(frozen=True, slots=True)
class WrappingUp:
    facts: Facts
    respond_by: datetime


@dataclass(frozen=True, slots=True)
class Over:
    facts: Facts
    outcome: EnquiryOutcome
    answers: tuple[FormAnswer, ...]


State: TypeAlias = NotOpened | Playing | Asking | Queued | Ending | Talking | WrappingUp | Over


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
        case (NotOpened() | Playing() | Asking() | Queued() | Ending()) as left, EndCall(lost=lost):
            return (_closed(left.facts, EnquiryOutcome.LOST if lost else _left(left)),)
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


def evolve(state: State, event: EnquiryEvent) -> State:
    facts = state.facts
    match event:
        case EnquiryOpened(client_id=client_id, flow_id=flow_id, flow_version=version):
            known = replace(facts, client_id=client_id, flow_id=flow_id, flow_version=version)
            return NotOpened(replace(known, dialled_number=event.dialled_number))
        case AnnouncementEntered(step_id=step_id, play_id=play_id, guidance=guidance):
            return Playing(_entered(state, step_id, plays=1), step_id, play_id, guidance)
        case MenuEntered(step_id=step_id, play_id=play_id, attempt=attempt):
            entered = _entered(state, step_id, plays=1, again=attempt > 1)
            return Asking(entered, step_id, play_id, attempt)
        case ReasonStated(reason_id=reason_id):
            return replace(state, facts=replace(facts, stated_reason_id=reason_id))
        case EnquiryRouted(step_id=step_id):
            return Queued(_entered(state, step_id))
        case FlowEnded(step_id=step_id):
            return Ending(_entered(state, step_id))
        case EnquiryTaken(operator_id=operator_id):
            return Talking(replace(facts, operator_id=operator_id))
        case WrapUpAsked(respond_by=respond_by):
            return WrappingUp(facts, respond_by)
        case ReasonConfirmed(reason_id=reason_id):
            return replace(state, facts=replace(facts, confirmed_reason_id=reason_id))
        case EnquiryClosed(outcome=outcome, answers=answers):
            return Over(facts, outcome, answers)
        case _:
            assert_never(event)


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


def _entered(state: State, step_id: str, *, plays: int = 0, again: bool = False) -> Facts:
    """The facts one step further. Whoever leaves the guidance by the flow has heard it."""
    facts = state.facts
    heard = facts.guidance_heard or (isinstance(state, Playing) and state.guidance)
    path = facts.path if again or not step_id else (*facts.path, step_id)
    return replace(facts, path=path, plays=facts.plays + plays, guidance_heard=heard)


def _left(state: NotOpened | Playing | Asking | Queued | Ending) -> EnquiryOutcome:
    """How an enquiry ends whose customer hung up before an operator answered."""
    match state:
        case Queued():
            return EnquiryOutcome.LEFT_IN_QUEUE
        case Ending():
            return EnquiryOutcome.RELEASED
        case NotOpened(facts) | Playing(facts) | Asking(facts):
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
