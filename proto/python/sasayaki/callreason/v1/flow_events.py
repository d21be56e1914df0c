"""Published versions of a client company's flows: the stream `callreason.flow`, keyed by flow id.

These messages are stored for years. Add, never change: see docs/adr/0004.
"""

# Generated from sasayaki/callreason/v1/flow_events.proto. Change that file and run `./sasayaki gen`.

from typing import TypeAlias

from sasayaki.event import (
    Event,
    Instant,
    Message,
    Recorded,
    Uint32,
)


class FlowPrompt(Message):
    """A sound and what a flow's file calls it."""

    name: str
    sha256: str


class FlowPublished(Event, type="sasayaki.callreason.v1.FlowPublished"):
    """A version of a flow went live. Calls that run finish on the version they began with."""

    flow_id: str
    client_id: str
    version: Uint32
    """1, 2, 3 …"""
    definition: str
    """The checked flow as canonical JSON; prompts by SHA-256."""
    note: str | None = None
    """What changed, in the words of who published it."""
    tests_passed: Uint32 | None = None
    """Test cases that passed before publishing."""
    published_at: Instant | None = None
    published_by: str | None = None
    """Who published it."""


class FlowRolledBack(Event, type="sasayaki.callreason.v1.FlowRolledBack"):
    """New calls begin with an earlier version again."""

    flow_id: str
    client_id: str
    version: Uint32


class FlowWritten(Event, type="sasayaki.callreason.v1.FlowWritten"):
    """What its author wrote for a version. Written again when only comments or test cases changed: the version stays the same."""

    flow_id: str
    client_id: str
    version: Uint32
    source: str
    """The file, YAML."""
    tests: str
    """Its test cases, YAML; empty without."""
    prompts: tuple[FlowPrompt, ...]
    """The sounds that the file names."""
    written_by: str


FlowEvent: TypeAlias = (
    FlowPublished
    | FlowRolledBack
    | FlowWritten
)
FlowRecord: TypeAlias = Recorded[FlowEvent]

EVENTS: tuple[type[Event], ...] = (
    FlowPublished,
    FlowRolledBack,
    FlowWritten,
)
