"""A client company as the outsourcer serves it: the stream `callreason.client`."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from sasayaki.callreason.v1.client_events import EVENTS, ClientEvent, ClientPut
from sasayaki_chassis.decider import Decider, Refused


@dataclass(frozen=True, slots=True)
class PutClient:
    """The company's settings are to be these; `taken` are the numbers of all other companies."""

    settings: ClientPut
    taken: AbstractSet[str]


Command: TypeAlias = PutClient


@dataclass(frozen=True, slots=True)
class NotPut:
    pass


@dataclass(frozen=True, slots=True)
class Served:
    """A company with its present settings."""

    settings: ClientPut


State: TypeAlias = NotPut | Served


def decide(state: State, command: Command, now: datetime) -> Sequence[ClientEvent]:
    for number in command.settings.numbers:
        if number.number in command.taken:
            refusal = f"number {number.number!r} belongs to another client company"
            raise Refused("NUMBER_TAKEN", refusal)
    same = isinstance(state, Served) and state.settings == command.settings
    return () if same else (command.settings,)


def evolve(state: State, event: ClientEvent) -> State:
    return Served(event)


def deadline(state: State) -> tuple[datetime, Command] | None:
    return None


class Numbers:
    """Which flow of which company answers a number, from all companies' present settings.

    Remembers where it found a number and looks through all companies again only when that does
    not hold (any more); asked for numbers that are in use, that is once each.
    """

    def __init__(
        self,
        state: Callable[[str], State],
        states: Callable[[], Iterable[tuple[str, State]]],
    ) -> None:
        self._state = state
        self._states = states
        self._found: dict[str, str] = {}

    def flow(self, number: str) -> tuple[str, str] | None:
        """The company's id and the flow's; None when the number is nobody's."""
        known = self._found.get(number)
        if known is not None and (flow_id := _flow_of(number, self._state(known))):
            return known, flow_id
        self._found = {
            held: client_id for client_id, state in self._states() for held in numbers_of(state)
        }
        client_id = self._found.get(number)
        if client_id is None:
            return None
        flow_id = _flow_of(number, self._state(client_id))
        return None if flow_id is None else (client_id, flow_id)


def numbers_of(state: State) -> Iterator[str]:
    """The company's numbers."""
    if isinstance(state, Served):
        yield from (number.number for number in state.settings.numbers)


def _flow_of(number: str, state: State) -> str | None:
    if isinstance(state, Served):
        for held in state.settings.numbers:
            if held.number == number:
                return held.flow_id
    return None


CLIENT: Decider[State, Command, ClientEvent] = Decider(
    stream="callreason.client",
    initial=NotPut(),
    decide=decide,
    evolve=evolve,
    deadline=deadline,
    events=EVENTS,
)
