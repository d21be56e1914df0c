"""Operators who call for help, and who comes: the stream `monitoring.alert`, keyed by alert id.

These messages are stored for years. Add, never change: see docs/adr/0004.
"""

# Generated from sasayaki/monitoring/v1/alert_events.proto. Change that file and run `./sasayaki gen`.

from typing import TypeAlias

from sasayaki.event import (
    Event,
    Instant,
    Int64,
    OpenEnum,
    Recorded,
)


class AlertKind(OpenEnum):
    """What an alert is about."""

    UNSPECIFIED = "ALERT_KIND_UNSPECIFIED"
    HELP = "ALERT_KIND_HELP"
    """The operator called for help."""
    LONG_HOLD = "ALERT_KIND_LONG_HOLD"
    """The customer is kept on hold for long."""
    LONG_CALL = "ALERT_KIND_LONG_CALL"
    """The talk is long for its reason."""
    SILENCE = "ALERT_KIND_SILENCE"
    """Neither side speaks."""
    OVERTALK = "ALERT_KIND_OVERTALK"
    """Both sides speak at once over and over."""
    QUEUE = "ALERT_KIND_QUEUE"
    """Somebody waits for long in a queue."""
    SERVICE_LEVEL = "ALERT_KIND_SERVICE_LEVEL"
    """Too few are answered in time."""
    STUCK = "ALERT_KIND_STUCK"
    """An operator stays for too long in a state that should pass."""


class AlertLevel(OpenEnum):
    """Who is told of an alert that nobody has claimed. Each level includes those before it."""

    UNSPECIFIED = "ALERT_LEVEL_UNSPECIFIED"
    TEAM = "ALERT_LEVEL_TEAM"
    """Supervisors of the operator's team."""
    ALL = "ALERT_LEVEL_ALL"
    """All supervisors."""
    MANAGERS = "ALERT_LEVEL_MANAGERS"
    """Managers too."""


class AlertReason(OpenEnum):
    """Why an operator called for help; told afterwards, if at all."""

    UNSPECIFIED = "ALERT_REASON_UNSPECIFIED"
    ANGRY_CUSTOMER = "ALERT_REASON_ANGRY_CUSTOMER"
    """The customer is angry."""
    HARASSMENT = "ALERT_REASON_HARASSMENT"
    """The customer threatens or insults."""
    UNSURE_OF_ANSWER = "ALERT_REASON_UNSURE_OF_ANSWER"
    """The operator does not know the answer."""
    TECHNICAL = "ALERT_REASON_TECHNICAL"
    """A system that the operator needs does not work."""
    OTHER = "ALERT_REASON_OTHER"
    """Something else."""


class AlertOutcome(OpenEnum):
    """What became of an alert."""

    UNSPECIFIED = "ALERT_OUTCOME_UNSPECIFIED"
    SOLVED = "ALERT_OUTCOME_SOLVED"
    """The operator was helped."""
    FALSE_ALARM = "ALERT_OUTCOME_FALSE_ALARM"
    """There was nothing to help with."""


class AlertEndReason(OpenEnum):
    """Why an alert is over although nobody said so."""

    UNSPECIFIED = "ALERT_END_REASON_UNSPECIFIED"
    CALL_ENDED = "ALERT_END_REASON_CALL_ENDED"
    """The call is over."""
    CLEARED = "ALERT_END_REASON_CLEARED"
    """What a rule found is over."""


class AlertRaised(Event, type="sasayaki.monitoring.v1.AlertRaised"):
    """An operator calls for help, or a rule found something."""

    kind: AlertKind
    contact_id: str
    """Empty when it is about no call."""
    operator_id: str
    """Empty when it is about no operator."""
    team_id: str | None = None
    """The operator's team; absent when they have none."""
    level: AlertLevel
    """Who is told first."""
    all_at: Instant
    """When all supervisors are told unless it is claimed by then."""
    managers_at: Instant
    """When managers are told too unless it is claimed by then."""
    raised_at: Instant
    queue_id: str | None = None
    """Of a rule about a queue."""
    measured: Int64 | None = None
    """What a rule measured and the threshold that it passed: milliseconds, times, or per mille of calls."""
    threshold: Int64 | None = None


class AlertEscalated(Event, type="sasayaki.monitoring.v1.AlertEscalated"):
    """Nobody has claimed the alert in time: more people are told."""

    level: AlertLevel


class AlertClaimed(Event, type="sasayaki.monitoring.v1.AlertClaimed"):
    """One supervisor or manager takes care of the alert, and nobody else."""

    supervisor_id: str
    waited_ms: Int64
    """From the alert to the claim, milliseconds."""


class AlertCancelled(Event, type="sasayaki.monitoring.v1.AlertCancelled"):
    """The operator needs no help any more."""


class AlertReasonGiven(Event, type="sasayaki.monitoring.v1.AlertReasonGiven"):
    """The operator told why. The last one told holds."""

    reason: AlertReason


class AlertResolved(Event, type="sasayaki.monitoring.v1.AlertResolved"):
    """The supervisor who claimed the alert told what became of it; perhaps after the call."""

    outcome: AlertOutcome


class AlertEnded(Event, type="sasayaki.monitoring.v1.AlertEnded"):
    """The alert is over without a word of anybody, claimed or not."""

    reason: AlertEndReason


AlertEvent: TypeAlias = (
    AlertRaised
    | AlertEscalated
    | AlertClaimed
    | AlertCancelled
    | AlertReasonGiven
    | AlertResolved
    | AlertEnded
)
AlertRecord: TypeAlias = Recorded[AlertEvent]

EVENTS: tuple[type[Event], ...] = (
    AlertRaised,
    AlertEscalated,
    AlertClaimed,
    AlertCancelled,
    AlertReasonGiven,
    AlertResolved,
    AlertEnded,
)
