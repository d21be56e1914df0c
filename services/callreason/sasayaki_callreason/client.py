"""A client company as the outsourcer serves it: the stream `callreason.client`."""

from collections.abc import Sequence
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


CLIENT: Decider[State, Command, ClientEvent] = Decider(
    stream="callreason.client",
    initial=NotPut(),
    decide=decide,
    evolve=evolve,
    deadline=deadline,
    events=EVENTS,
)
