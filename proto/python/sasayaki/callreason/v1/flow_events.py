"""Published versions of a client company's flows: the stream `callreason.flow`, keyed by flow id.

These messages are stored for years. Add, never change: see docs/adr/0004.
"""

# Generated from sasayaki/callreason/v1/flow_events.proto. Change that file and run `./sasayaki gen`.

from typing import TypeAlias

from sasayaki.event import (
    Event,
    Instant,
    Recorded,
    Uint32,
)


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


FlowEvent: TypeAlias = (
    FlowPublished
    | FlowRolledBack
)
FlowRecord: TypeAlias = Recorded[FlowEvent]

EVENTS: tuple[type[Event], ...] = (
    FlowPublished,
    FlowRolledBack,
)
