"""A matter that an operator hands upwards: the stream `callreason.escalation`, keyed by escalation id.

These messages are stored for years. Add, never change: see docs/adr/0004.
"""

# Generated from sasayaki/callreason/v1/escalation_events.proto. Change that file and run `./sasayaki gen`.

from typing import TypeAlias

from sasayaki.event import (
    Event,
    Instant,
    OpenEnum,
    Recorded,
)


class EscalationLevel(OpenEnum):
    """Who is to answer."""

    UNSPECIFIED = "ESCALATION_LEVEL_UNSPECIFIED"
    SUPERVISOR = "ESCALATION_LEVEL_SUPERVISOR"
    """A supervisor of the outsourcer."""
    SPECIALIST = "ESCALATION_LEVEL_SPECIALIST"
    """The client company's specialists."""


class EscalationRaised(Event, type="sasayaki.callreason.v1.EscalationRaised"):
    """An operator escalates a contact with its context."""

    contact_id: str
    operator_id: str
    reason_id: str
    words_sealed: str
    """What it is about, AES-256-GCM under the client company's key, base64url."""
    answer_by: Instant
    """By when an answer is wanted."""


class EscalationTaken(Event, type="sasayaki.callreason.v1.EscalationTaken"):
    """Somebody deals with it."""

    user_id: str


class EscalationPassedOn(Event, type="sasayaki.callreason.v1.EscalationPassedOn"):
    """A supervisor hands it to the client company's specialists."""

    user_id: str
    words_sealed: str


class EscalationAnswered(Event, type="sasayaki.callreason.v1.EscalationAnswered"):
    """There is an answer."""

    user_id: str
    words_sealed: str


class EscalationClosed(Event, type="sasayaki.callreason.v1.EscalationClosed"):
    """The customer has the answer, or needs none any more."""

    user_id: str


class EscalationOverdue(Event, type="sasayaki.callreason.v1.EscalationOverdue"):
    """No answer came in time. Once."""


EscalationEvent: TypeAlias = (
    EscalationRaised
    | EscalationTaken
    | EscalationPassedOn
    | EscalationAnswered
    | EscalationClosed
    | EscalationOverdue
)
EscalationRecord: TypeAlias = Recorded[EscalationEvent]

EVENTS: tuple[type[Event], ...] = (
    EscalationRaised,
    EscalationTaken,
    EscalationPassedOn,
    EscalationAnswered,
    EscalationClosed,
    EscalationOverdue,
)
