"""The published versions of a flow: the stream `callreason.flow`, keyed by flow id.

Every version is kept: an enquiry goes on with the one under which it began.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import TypeAlias

from sasayaki.callreason.v1.flow_events import EVENTS, FlowEvent, FlowPublished
from sasayaki_callreason.flows.flow import Flow
from sasayaki_chassis.decider import Decider, Refused

FLOWS_REMEMBERED = 256
"""Definitions kept as data beside their text; the one used longest ago is read again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Publish:
    """A checked flow is to go live; `definition` is its canonical JSON."""

    flow_id: str
    client_id: str
    definition: str


Command: TypeAlias = Publish


@dataclass(frozen=True, slots=True)
class Unpublished:
    pass


@dataclass(frozen=True, slots=True)
class Published:
    """A flow with its definitions, version 1 first."""

    client_id: str
    definitions: tuple[str, ...]

    @property
    def version(self) -> int:
        """The version that new calls begin with."""
        return len(self.definitions)

    def flow(self, version: int) -> Flow:
        """A version as data."""
        return _read(self.definitions[version - 1])


@lru_cache(maxsize=FLOWS_REMEMBERED)
def _read(definition: str) -> Flow:
    return Flow.of(definition)


State: TypeAlias = Unpublished | Published


def decide(state: State, command: Command, now: datetime) -> Sequence[FlowEvent]:
    match state:
        case Published(client_id) if client_id != command.client_id:
            refusal = f"flow {command.flow_id!r} belongs to another client company"
            raise Refused("FLOW_OF_ANOTHER_COMPANY", refusal)
        case Published(_, definitions) if definitions[-1] == command.definition:
            return ()
        case _:
            version = state.version if isinstance(state, Published) else 0
            return (
                FlowPublished(
                    flow_id=command.flow_id,
                    client_id=command.client_id,
                    version=version + 1,
                    definition=command.definition,
                ),
            )


def evolve(state: State, event: FlowEvent) -> State:
    before = state.definitions if isinstance(state, Published) else ()
    return Published(event.client_id, (*before, event.definition))


def deadline(state: State) -> tuple[datetime, Command] | None:
    return None


FLOW: Decider[State, Command, FlowEvent] = Decider(
    stream="callreason.flow",
    initial=Unpublished(),
    decide=decide,
    evolve=evolve,
    deadline=deadline,
    events=EVENTS,
)
