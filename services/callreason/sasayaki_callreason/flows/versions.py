"""The published versions of a flow: the stream `callreason.flow`, keyed by flow id.

Every version is kept and none is changed: an enquiry goes on with the one under which it began.
Rolling back lets new ones begin with an earlier version; the next to be published is a new one.
What its author wrote is kept beside a version; comments and test cases may change while it stays.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from typing import TypeAlias, assert_never

from sasayaki.callreason.v1.flow_events import (
    EVENTS,
    FlowEvent,
    FlowPrompt,
    FlowPublished,
    FlowRolledBack,
    FlowWritten,
)
from sasayaki_callreason.flows.flow import Flow
from sasayaki_chassis.decider import Decider, Refused

FLOWS_REMEMBERED = 256
"""Definitions kept as data beside their text; the one used longest ago is read again."""


@dataclass(frozen=True, slots=True)
class Written:
    """A flow's file and its test cases as their author wrote them; prompts: name to SHA-256."""

    source: str
    tests: str
    prompts: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Publish:
    """A checked flow is to go live; `definition` is its canonical JSON."""

    flow_id: str
    client_id: str
    definition: str
    note: str
    tests_passed: int
    published_by: str
    written: Written


@dataclass(frozen=True, slots=True, kw_only=True)
class RollBack:
    """New calls are to begin with an earlier version."""

    flow_id: str
    version: int


Command: TypeAlias = Publish | RollBack


@dataclass(frozen=True, slots=True)
class Unpublished:
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """What was published, and by whom; nobody knows either of the oldest ones."""

    definition: str
    published_at: datetime | None
    published_by: str
    note: str
    tests_passed: int
    written: Written | None = None
    """None of versions from before it was kept."""


@dataclass(frozen=True, slots=True)
class Published:
    """A flow with its versions, version 1 first; new calls begin with `version`."""

    client_id: str
    versions: tuple[Version, ...]
    version: int

    def flow(self, version: int) -> Flow:
        """A version as data."""
        return _read(self.versions[version - 1].definition)


@lru_cache(maxsize=FLOWS_REMEMBERED)
def _read(definition: str) -> Flow:
    return Flow.of(definition)


State: TypeAlias = Unpublished | Published


def decide(state: State, command: Command, now: datetime) -> Sequence[FlowEvent]:
    match state, command:
        case _, Publish():
            return _published(state, command, now)
        case Published(client_id, versions, live), RollBack(flow_id=flow_id, version=version):
            if not 1 <= version <= len(versions):
                known = f"1 to {len(versions)}"
                raise Refused("UNKNOWN_VERSION", f"there are versions {known}, not {version}")
            if version == live:
                return ()
            return (FlowRolledBack(flow_id=flow_id, client_id=client_id, version=version),)
        case _:
            raise Refused("UNKNOWN_FLOW", f"there is no flow {command.flow_id!r}")


def evolve(state: State, event: FlowEvent) -> State:
    match event:
        case FlowPublished(client_id=client_id, definition=definition):
            before = state.versions if isinstance(state, Published) else ()
            version = Version(
                definition=definition,
                published_at=event.published_at,
                published_by=event.published_by or "",
                note=event.note or "",
                tests_passed=event.tests_passed or 0,
            )
            return Published(client_id, (*before, version), len(before) + 1)
        case FlowWritten():
            assert isinstance(state, Published), "written before it was published"
            return _with_written(state, event)
        case FlowRolledBack(version=version):
            assert isinstance(state, Published), "rolled back before it was published"
            return replace(state, version=version)
        case _:
            assert_never(event)


def deadline(state: State) -> tuple[datetime, Command] | None:
    return None


def _published(state: State, command: Publish, now: datetime) -> Sequence[FlowEvent]:
    count = 0
    if isinstance(state, Published):
        if state.client_id != command.client_id:
            refusal = f"flow {command.flow_id!r} belongs to another client company"
            raise Refused("FLOW_OF_ANOTHER_COMPANY", refusal)
        live = state.versions[state.version - 1]
        if live.definition == command.definition:
            same = live.written == command.written
            return () if same else (_written(command, state.version),)
        count = len(state.versions)
    published = FlowPublished(
        flow_id=command.flow_id,
        client_id=command.client_id,
        version=count + 1,
        definition=command.definition,
        note=command.note or None,
        tests_passed=command.tests_passed,
        published_at=now,
        published_by=command.published_by,
    )
    return (published, _written(command, count + 1))


def _written(command: Publish, version: int) -> FlowWritten:
    return FlowWritten(
        flow_id=command.flow_id,
        client_id=command.client_id,
        version=version,
        source=command.written.source,
        tests=command.written.tests,
        prompts=tuple(
            FlowPrompt(name=name, sha256=sha256)
            for name, sha256 in sorted(command.written.prompts.items())
        ),
        written_by=command.published_by,
    )


def _with_written(state: Published, event: FlowWritten) -> Published:
    prompts = {prompt.name: prompt.sha256 for prompt in event.prompts}
    written = Written(event.source, event.tests, prompts)
    at = event.version - 1
    version = replace(state.versions[at], written=written)
    return replace(state, versions=(*state.versions[:at], version, *state.versions[at + 1 :]))


FLOW: Decider[State, Command, FlowEvent] = Decider(
    stream="callreason.flow",
    initial=Unpublished(),
    decide=decide,
    evolve=evolve,
    deadline=deadline,
    events=EVENTS,
)
