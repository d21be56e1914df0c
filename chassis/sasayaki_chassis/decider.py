"""A behaviour as three pure functions: what is decided, what follows from it, when time acts."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

from sasayaki.event import Event

S = TypeVar("S")
C = TypeVar("C")
E = TypeVar("E", bound=Event)


class Refused(Exception):
    """The domain says no: an answer like any other, not a fault.

    `reason` is UPPER_SNAKE and stable, part of the API; the text is for people.
    """

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class About:
    """What an event's envelope says of whom it concerns; None where it concerns nobody."""

    client_id: str | None = None
    correlation_id: str | None = None


@dataclass(frozen=True, slots=True)
class Decider(Generic[S, C, E]):
    """One kind of stream: its topic, its states and the functions that move them.

    `decide` raises Refused. `evolve` sees nothing but state and event, so an instant that a later
    decision needs is a field of an event. `deadline` says when time itself sends which command;
    deciding that command at that instant must move the deadline on.
    `about` says whom an event concerns, from the state before it, for streams whose decisions
    concern others than their command does; without it the command's caller says so.
    `is_over` says that a state is not worth a look when all that go on are asked for.
    """

    stream: str
    initial: S
    decide: Callable[[S, C, datetime], Sequence[E]]
    evolve: Callable[[S, E], S]
    deadline: Callable[[S], tuple[datetime, C] | None]
    events: tuple[type[Event], ...]
    partitions: int = 6
    about: Callable[[S, E], About] | None = None
    is_over: Callable[[S], bool] = lambda _: False

    def fold(self, state: S, events: Sequence[E]) -> S:
        """The state after `events`, oldest first."""
        for event in events:
            state = self.evolve(state, event)
        return state
