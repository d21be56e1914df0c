"""How long recordings of a client company are kept: the stream `recording.policy`, keyed by client company id.

These messages are stored for years. Add, never change: see docs/adr/0004.
"""

# Generated from sasayaki/recording/v1/policy_events.proto. Change that file and run `./sasayaki gen`.

from typing import TypeAlias

from sasayaki.event import (
    Event,
    Message,
    Recorded,
    Uint32,
)


class ReasonRetention(Message):
    """Days for one reason."""

    reason_id: str
    days: Uint32


class RetentionSet(Event, type="sasayaki.recording.v1.RetentionSet"):
    """Recordings are kept for so many days after the call."""

    days: Uint32
    by_reason: tuple[ReasonRetention, ...]
    """Other days for these reasons and those below them; the nearest counts."""
    first_day: str
    """The first day (the centre's date, YYYY-MM-DD) whose look obeys this."""


class RetentionRun(Event, type="sasayaki.recording.v1.RetentionRun"):
    """The day's look at what is to be deleted. Once a day and company."""

    day: str
    """The centre's date, YYYY-MM-DD."""
    due: Uint32
    """Recordings whose time was up."""
    deleted: Uint32
    """Of those: ordered to be deleted."""
    held: Uint32
    """Of those: kept by a legal hold."""


PolicyEvent: TypeAlias = (
    RetentionSet
    | RetentionRun
)
PolicyRecord: TypeAlias = Recorded[PolicyEvent]

EVENTS: tuple[type[Event], ...] = (
    RetentionSet,
    RetentionRun,
)
