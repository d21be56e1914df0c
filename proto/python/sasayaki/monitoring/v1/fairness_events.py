"""How evenly monitoring was spread, day by day: the stream `monitoring.fairness`, keyed by an id made of tenant and team.

These messages are stored for years. Add, never change: see docs/adr/0004.
"""

# Generated from sasayaki/monitoring/v1/fairness_events.proto. Change that file and run `./sasayaki gen`.

from typing import TypeAlias

from sasayaki.event import (
    Double,
    Event,
    Recorded,
    Uint32,
)


class FairnessAssessed(Event, type="sasayaki.monitoring.v1.FairnessAssessed"):
    """One team's day."""

    team_id: str
    day: str
    """The day that ended, YYYY-MM-DD where the centre is."""
    window_days: Uint32
    """Days that were counted, this one the last."""
    operators: Uint32
    sessions: Uint32
    """Imposed sessions that a supervisor really heard."""
    gini: Double
    """0: everybody has their share; near 1: all on one."""
    p_value: Double | None = None
    """How often chance is at least as uneven; absent when there is nothing to compare."""
    over: tuple[str, ...]
    """Operators monitored clearly more than fair, and clearly less."""
    under: tuple[str, ...]


FairnessEvent: TypeAlias = (
    FairnessAssessed
)
FairnessRecord: TypeAlias = Recorded[FairnessEvent]

EVENTS: tuple[type[Event], ...] = (
    FairnessAssessed,
)
