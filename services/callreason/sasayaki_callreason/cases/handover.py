"""What is handed over to whoever has the same caller next: the stream `callreason.handover`.

| state      | goes on by                                                     |
|------------|----------------------------------------------------------------|
| NotWritten | Write                                                          |
| Open       | Read: each once. Take: exactly one does. Close, by who has taken it, or by who  |
|            | wrote it while nobody has; by supervisors always. Its time     |
| Over       | -                                                              |
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TypeAlias, assert_never

from sasayaki.callreason.v1.handover_events import (
    EVENTS,
    HandoverClosed,
    HandoverEvent,
    HandoverExpired,
    HandoverRead,
    HandoverTaken,
    HandoverWritten,
)
from sasayaki_chassis.decider import Decider, Refused

READERS_MOST = 1_000
"""Of one handover; a team is far smaller."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Write:
    """Somebody writes it about a contact of theirs; it is shown for so long."""

    contact_id: str
    user_id: str
    text_sealed: str
    caller_hash: str
    reason_id: str
    valid: timedelta


@dataclass(frozen=True, slots=True)
class Take:
    user_id: str


@dataclass(frozen=True, slots=True)
class Read:
    """Somebody has read it; it goes on as it stands."""

    user_id: str


@dataclass(frozen=True, slots=True)
class Close:
    """`own_only`: an operator, who closes what they have taken, or wrote and nobody has."""

    user_id: str
    own_only: bool


@dataclass(frozen=True, slots=True)
class Expire:
    """Its time is over."""


Command: TypeAlias = Write | Take | Read | Close | Expire


@dataclass(frozen=True, slots=True)
class NotWritten:
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class Open:
    """`taken_by` is empty while nobody deals with it; `readers` are who else has read it."""

    written_by: str
    expires_at: datetime
    taken_by: str = ""
    readers: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Over:
    """Closed or expired."""


State: TypeAlias = NotWritten | Open | Over


def decide(state: State, command: Command, now: datetime) -> Sequence[HandoverEvent]:
    match state, command:
        case NotWritten(), Write():
            return (
                HandoverWritten(
                    contact_id=command.contact_id,
                    user_id=command.user_id,
                    text_sealed=command.text_sealed,
                    caller_hash=command.caller_hash,
                    reason_id=command.reason_id,
                    expires_at=now + command.valid,
                ),
            )
        case _, Write():
            return ()  # the id comes from the request: this is the same request again
        case NotWritten(), _:
            raise Refused("UNKNOWN_HANDOVER", "there is no such handover")
        case Open(), Take(user_id):
            if state.taken_by and state.taken_by != user_id:
                raise Refused("ALREADY_TAKEN", f"{state.taken_by!r} has taken it")
            return () if state.taken_by else (HandoverTaken(user_id=user_id),)
        case Open(), Read(user_id):
            return _read(state, user_id)
        case Open(), Close(user_id, own_only):
            if own_only:
                _check_own(state, user_id)
            return (HandoverClosed(user_id=user_id),)
        case Open(), Expire():
            return (HandoverExpired(),)
        case Over(), Take():
            raise Refused("HANDOVER_OVER", "the handover is closed, or has expired")
        case Over(), _:
            return ()
        case _:
            raise AssertionError(command)


def evolve(state: State, event: HandoverEvent) -> State:
    match event:
        case HandoverWritten(user_id=user_id, expires_at=expires_at):
            return Open(written_by=user_id, expires_at=expires_at)
        case HandoverTaken(user_id=user_id):
            return replace(state, taken_by=user_id) if isinstance(state, Open) else state
        case HandoverRead(user_id=user_id):
            if not isinstance(state, Open):
                return state
            return replace(state, readers=state.readers | {user_id})
        case HandoverClosed() | HandoverExpired():
            return Over()
        case _:
            assert_never(event)


def deadline(state: State) -> tuple[datetime, Command] | None:
    return (state.expires_at, Expire()) if isinstance(state, Open) else None


def _read(state: Open, user_id: str) -> Sequence[HandoverEvent]:
    if user_id in {state.written_by, state.taken_by} | state.readers:
        return ()
    if len(state.readers) >= READERS_MOST:
        raise Refused("TOO_MANY_READERS", f"{READERS_MOST} people have read it already")
    return (HandoverRead(user_id=user_id),)


def _check_own(state: Open, user_id: str) -> None:
    if state.taken_by and state.taken_by != user_id:
        raise Refused("NOT_YOURS", f"{state.taken_by!r} has taken it")
    if not state.taken_by and state.written_by != user_id:
        raise Refused("NOT_TAKEN", "take it first: nobody has yet")


HANDOVER: Decider[State, Command, HandoverEvent] = Decider(
    stream="callreason.handover",
    initial=NotWritten(),
    decide=decide,
    evolve=evolve,
    deadline=deadline,
    events=EVENTS,
)
