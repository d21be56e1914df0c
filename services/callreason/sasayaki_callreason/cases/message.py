"""A message for a client company's staff: the stream `callreason.message`, keyed by message id."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeAlias, assert_never

from sasayaki.callreason.v1.message_events import (
    EVENTS,
    MessageEvent,
    MessageRead,
    MessageSettled,
    MessageTaken,
)
from sasayaki_chassis.decider import Decider, Refused


@dataclass(frozen=True, slots=True)
class Take:
    """An operator writes a message down; the number was read back if there is one."""

    message: MessageTaken


@dataclass(frozen=True, slots=True)
class Read:
    user_id: str


@dataclass(frozen=True, slots=True)
class Settle:
    """It is done; the words that say what was done are sealed, or empty."""

    user_id: str
    words_sealed: str


Command: TypeAlias = Take | Read | Settle


@dataclass(frozen=True, slots=True)
class NotTaken:
    pass


@dataclass(frozen=True, slots=True)
class Taken:
    """Empty: nobody has."""

    read_by: str = ""
    settled_by: str = ""


State: TypeAlias = NotTaken | Taken


def decide(state: State, command: Command, now: datetime) -> Sequence[MessageEvent]:
    """The first who reads or settles it is the one who has; another's attempt changes nothing."""
    match state, command:
        case NotTaken(), Take(message):
            return (message,)
        case Taken(), Take():
            return ()  # the id comes from the request: this is the same request again
        case NotTaken(), _:
            raise Refused("UNKNOWN_MESSAGE", "there is no such message")
        case Taken(read_by=read_by), Read(user_id):
            return () if read_by else (MessageRead(user_id=user_id),)
        case Taken(settled_by=settled_by), Settle(user_id, words_sealed):
            if settled_by:
                raise Refused("ALREADY_SETTLED", f"{settled_by!r} has settled it")
            return (MessageSettled(user_id=user_id, words_sealed=words_sealed),)
        case _:
            raise AssertionError(command)


def evolve(state: State, event: MessageEvent) -> State:
    known = state if isinstance(state, Taken) else Taken()
    match event:
        case MessageTaken():
            return Taken()
        case MessageRead(user_id=user_id):
            return replace(known, read_by=user_id)
        case MessageSettled(user_id=user_id):
            return replace(known, settled_by=user_id)
        case _:
            assert_never(event)


def deadline(state: State) -> tuple[datetime, Command] | None:
    return None


MESSAGE: Decider[State, Command, MessageEvent] = Decider(
    stream="callreason.message",
    initial=NotTaken(),
    decide=decide,
    evolve=evolve,
    deadline=deadline,
    events=EVENTS,
)
