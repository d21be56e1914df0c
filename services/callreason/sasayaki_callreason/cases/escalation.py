"""A matter that an operator hands upwards: the stream `callreason.escalation`.

| state     | goes on by                                                        |
|-----------|-------------------------------------------------------------------|
| NotRaised | Raise                                                             |
| Open      | Take: exactly one does. PassOn hands it from the supervisor who   |
|           | has taken it to the client company's specialists, where again     |
|           | exactly one takes it. Answer, by who has taken it. Close          |
| Closed    | -                                                                 |

Nobody answered by `answer_by`: it is overdue, once, whoever has it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TypeAlias, assert_never

from sasayaki.callreason.v1.escalation_events import (
    EVENTS,
    EscalationAnswered,
    EscalationClosed,
    EscalationEvent,
    EscalationLevel,
    EscalationOverdue,
    EscalationPassedOn,
    EscalationRaised,
    EscalationTaken,
)
from sasayaki_chassis.decider import Decider, Refused


@dataclass(frozen=True, slots=True, kw_only=True)
class Raise:
    """The contact's operator escalates it, and wants an answer within so long."""

    contact_id: str
    operator_id: str
    reason_id: str
    words_sealed: str
    within: timedelta


@dataclass(frozen=True, slots=True)
class Take:
    """`specialist`: somebody of the client company, who may only take what was passed on."""

    user_id: str
    specialist: bool


@dataclass(frozen=True, slots=True)
class PassOn:
    user_id: str
    words_sealed: str


@dataclass(frozen=True, slots=True)
class Answer:
    user_id: str
    words_sealed: str


@dataclass(frozen=True, slots=True)
class Close:
    """`own_only`: an operator, who closes only what they raised, and once it is answered."""

    user_id: str
    own_only: bool


@dataclass(frozen=True, slots=True)
class Expire:
    """The time for an answer is over."""


Command: TypeAlias = Raise | Take | PassOn | Answer | Close | Expire


@dataclass(frozen=True, slots=True)
class NotRaised:
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class Open:
    """`taken_by` is empty while nobody deals with it on this level."""

    operator_id: str
    answer_by: datetime
    level: EscalationLevel = EscalationLevel.SUPERVISOR
    taken_by: str = ""
    answered: bool = False
    overdue: bool = False


@dataclass(frozen=True, slots=True)
class Closed:
    operator_id: str


State: TypeAlias = NotRaised | Open | Closed


def decide(state: State, command: Command, now: datetime) -> Sequence[EscalationEvent]:
    match state, command:
        case NotRaised(), Raise():
            return (
                EscalationRaised(
                    contact_id=command.contact_id,
                    operator_id=command.operator_id,
                    reason_id=command.reason_id,
                    words_sealed=command.words_sealed,
                    answer_by=now + command.within,
                ),
            )
        case Open(), Raise():
            raise Refused("ALREADY_ESCALATED", "the contact is escalated already")
        case NotRaised(), _:
            raise Refused("UNKNOWN_ESCALATION", "there is no such escalation")
        case Closed(operator_id), Close(user_id, own_only):
            if own_only and operator_id != user_id:
                raise Refused("NOT_YOURS", "another operator's escalation")
            return ()
        case Closed(), Expire():
            return ()
        case Closed(), _:
            raise Refused("ESCALATION_OVER", "the escalation is closed")
        case Open(), _:
            return _goes_on(state, command)
        case _:
            assert_never(state)


def evolve(state: State, event: EscalationEvent) -> State:
    match state, event:
        case _, EscalationRaised(operator_id=operator_id, answer_by=answer_by):
            return Open(operator_id=operator_id, answer_by=answer_by)
        case Open(), EscalationTaken(user_id=user_id):
            return replace(state, taken_by=user_id)
        case Open(), EscalationPassedOn():
            return replace(state, level=EscalationLevel.SPECIALIST, taken_by="")
        case Open(), EscalationAnswered():
            return replace(state, answered=True)
        case Open(), EscalationOverdue():
            return replace(state, overdue=True)
        case Open(operator_id=operator_id), EscalationClosed():
            return Closed(operator_id)
        case _:
            return state


def deadline(state: State) -> tuple[datetime, Command] | None:
    if isinstance(state, Open) and not (state.answered or state.overdue):
        return state.answer_by, Expire()
    return None


def _goes_on(state: Open, command: Command) -> Sequence[EscalationEvent]:
    match command:
        case Take(user_id, specialist):
            return _taken(state, user_id, specialist)
        case PassOn(user_id, words_sealed):
            _check_has(state, user_id)
            if state.answered or state.level is EscalationLevel.SPECIALIST:
                raise Refused("NOT_TO_PASS_ON", "it is answered, or with the specialists already")
            return (EscalationPassedOn(user_id=user_id, words_sealed=words_sealed),)
        case Answer(user_id, words_sealed):
            _check_has(state, user_id)
            if state.answered:
                raise Refused("ALREADY_ANSWERED", "it is answered")
            return (EscalationAnswered(user_id=user_id, words_sealed=words_sealed),)
        case Close(user_id, own_only):
            if own_only and state.operator_id != user_id:
                raise Refused("NOT_YOURS", "another operator's escalation")
            if own_only and not state.answered:
                raise Refused("NOT_ANSWERED", "there is no answer for the customer yet")
            return (EscalationClosed(user_id=user_id),)
        case Expire():
            return () if state.answered or state.overdue else (EscalationOverdue(),)
        case Raise():
            raise AssertionError(command)
        case _:
            assert_never(command)


def _taken(state: Open, user_id: str, specialist: bool) -> Sequence[EscalationEvent]:
    if specialist and state.level is not EscalationLevel.SPECIALIST:
        # To the client company it is as if there were none before.
        raise Refused("UNKNOWN_ESCALATION", "there is no such escalation")
    if state.taken_by and state.taken_by != user_id:
        raise Refused("ALREADY_TAKEN", f"{state.taken_by!r} has taken it")
    return () if state.taken_by else (EscalationTaken(user_id=user_id),)


def _check_has(state: Open, user_id: str) -> None:
    if not state.taken_by:
        raise Refused("NOT_TAKEN", "nobody has taken it yet")
    if state.taken_by != user_id:
        raise Refused("NOT_YOURS", f"{state.taken_by!r} has taken it")


ESCALATION: Decider[State, Command, EscalationEvent] = Decider(
    stream="callreason.escalation",
    initial=NotRaised(),
    decide=decide,
    evolve=evolve,
    deadline=deadline,
    events=EVENTS,
)
