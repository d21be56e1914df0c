"""What an operator was told about their calls, and what became of it: the stream `monitoring.coaching`, keyed by an id
made of tenant and operator.

These messages are stored for years. Add, never change: see docs/adr/0004.
"""

# Generated from sasayaki/monitoring/v1/coaching_events.proto. Change that file and run `./sasayaki gen`.

from typing import TypeAlias

from sasayaki.event import (
    Event,
    Int64,
    OpenEnum,
    Recorded,
)


class FeedbackKind(OpenEnum):
    """Whether something was well done or is to be done otherwise."""

    UNSPECIFIED = "FEEDBACK_KIND_UNSPECIFIED"
    PRAISE = "FEEDBACK_KIND_PRAISE"
    IMPROVE = "FEEDBACK_KIND_IMPROVE"
    """The next calls of the same reason are looked at."""


class FollowUpOutcome(OpenEnum):
    """What a later call showed."""

    UNSPECIFIED = "FOLLOW_UP_OUTCOME_UNSPECIFIED"
    DONE = "FOLLOW_UP_OUTCOME_DONE"
    NOT_YET = "FOLLOW_UP_OUTCOME_NOT_YET"


class FeedbackGiven(Event, type="sasayaki.monitoring.v1.FeedbackGiven"):
    """A supervisor told an operator something about a second of a call."""

    feedback_id: str
    operator_id: str
    supervisor_id: str
    contact_id: str
    at_ms: Int64
    """Of the talk, from its start."""
    kind: FeedbackKind
    text_sealed: str
    """AES-256-GCM under the client company's key, base64url."""
    reason_id: str | None = None
    """Why the customer called; absent when it was not known."""


class FeedbackRead(Event, type="sasayaki.monitoring.v1.FeedbackRead"):
    """The operator has read it."""

    feedback_id: str


class FollowUpAnswered(Event, type="sasayaki.monitoring.v1.FollowUpAnswered"):
    """Whether a later call of the same reason showed what the feedback asked for. DONE closes it."""

    feedback_id: str
    contact_id: str
    supervisor_id: str
    outcome: FollowUpOutcome


CoachingEvent: TypeAlias = (
    FeedbackGiven
    | FeedbackRead
    | FollowUpAnswered
)
CoachingRecord: TypeAlias = Recorded[CoachingEvent]

EVENTS: tuple[type[Event], ...] = (
    FeedbackGiven,
    FeedbackRead,
    FollowUpAnswered,
)
