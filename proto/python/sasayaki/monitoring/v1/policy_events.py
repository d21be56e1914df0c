"""How monitoring works for one client company of an outsourcer: the stream `monitoring.policy`, keyed by an id made of both.

These messages are stored for years. Add, never change: see docs/adr/0004.
"""

# Generated from sasayaki/monitoring/v1/policy_events.proto. Change that file and run `./sasayaki gen`.

from typing import TypeAlias

from sasayaki.event import (
    Event,
    Int64,
    Recorded,
)


class AlertLadderSet(Event, type="sasayaki.monitoring.v1.AlertLadderSet"):
    """Who is told of an unclaimed alert when. Holds for alerts that are raised from here on."""

    client_id: str
    all_after_ms: Int64
    """After this time all supervisors are told, milliseconds from the press."""
    managers_after_ms: Int64
    """After this time managers are told too, milliseconds from the press."""


PolicyEvent: TypeAlias = (
    AlertLadderSet
)
PolicyRecord: TypeAlias = Recorded[PolicyEvent]

EVENTS: tuple[type[Event], ...] = (
    AlertLadderSet,
)
