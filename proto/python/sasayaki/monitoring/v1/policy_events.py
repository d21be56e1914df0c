"""How monitoring works for one client company of an outsourcer: the stream `monitoring.policy`, keyed by an id made of both.

These messages are stored for years. Add, never change: see docs/adr/0004.
"""

# Generated from sasayaki/monitoring/v1/policy_events.proto. Change that file and run `./sasayaki gen`.

from typing import TypeAlias

from sasayaki.event import (
    Bool,
    Event,
    Int64,
    Recorded,
    Uint32,
)
from sasayaki.monitoring.v1.alert_events import AlertKind
from sasayaki.monitoring.v1.supervision_events import Purpose


class AlertLadderSet(Event, type="sasayaki.monitoring.v1.AlertLadderSet"):
    """Who is told of an unclaimed alert when. Holds for alerts that are raised from here on."""

    client_id: str
    all_after_ms: Int64
    """After this time all supervisors are told, milliseconds from the press."""
    managers_after_ms: Int64
    """After this time managers are told too, milliseconds from the press."""


class SupervisionPolicySet(Event, type="sasayaki.monitoring.v1.SupervisionPolicySet"):
    """How supervision works for a client company. Holds for what starts from here on."""

    client_id: str
    consent_for: tuple[Purpose, ...]
    """Purposes for which the operator is asked first."""
    not_allowed: tuple[Purpose, ...]
    """Purposes that are not allowed."""
    answer_within_ms: Int64
    """How long an operator has for an answer."""
    daily_limit: Uint32
    """Imposed supervisions of one operator a day (every purpose but help and complaint)."""


class AlertRuleSet(Event, type="sasayaki.monitoring.v1.AlertRuleSet"):
    """A rule that raises alerts, for one client company."""

    client_id: str
    kind: AlertKind
    enabled: Bool
    threshold: Int64
    """Raised from here on: milliseconds, times in a minute, or per mille of calls."""
    cleared_at: Int64
    """Over from here on; on the quiet side of the threshold."""
    hourly_most: Uint32
    """Alerts of this kind for one operator (or queue) in an hour."""


PolicyEvent: TypeAlias = (
    AlertLadderSet
    | SupervisionPolicySet
    | AlertRuleSet
)
PolicyRecord: TypeAlias = Recorded[PolicyEvent]

EVENTS: tuple[type[Event], ...] = (
    AlertLadderSet,
    SupervisionPolicySet,
    AlertRuleSet,
)
