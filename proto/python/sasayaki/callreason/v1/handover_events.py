"""What one operator hands over to whoever has the same caller next (引き継ぎ): the stream `callreason.handover`, keyed by handover id.

These messages are stored for years. Add, never change: see docs/adr/0004.
"""

# Generated from sasayaki/callreason/v1/handover_events.proto. Change that file and run `./sasayaki gen`.

from typing import TypeAlias

from sasayaki.event import (
    Event,
    Instant,
    Recorded,
)


class HandoverWritten(Event, type="sasayaki.callreason.v1.HandoverWritten"):
    """Somebody wrote a handover about a contact. It is shown when the same caller rings, until it is closed or expires."""

    contact_id: str
    user_id: str
    """Who wrote it."""
    text_sealed: str
    """Gist and detail as JSON, AES-256-GCM under the client company's key, base64url."""
    caller_hash: str
    """Keyed hash of the caller's number, as in EnquiryOpened; empty when the number was hidden."""
    reason_id: str
    expires_at: Instant
    """From then on it is shown to nobody."""


class HandoverTaken(Event, type="sasayaki.callreason.v1.HandoverTaken"):
    """Somebody deals with it."""

    user_id: str


class HandoverRead(Event, type="sasayaki.callreason.v1.HandoverRead"):
    """Somebody has read it, without taking it. Once for each person."""

    user_id: str


class HandoverClosed(Event, type="sasayaki.callreason.v1.HandoverClosed"):
    """It is done, or needed no more."""

    user_id: str


class HandoverExpired(Event, type="sasayaki.callreason.v1.HandoverExpired"):
    """Nobody closed it in its time."""


HandoverEvent: TypeAlias = (
    HandoverWritten
    | HandoverTaken
    | HandoverRead
    | HandoverClosed
    | HandoverExpired
)
HandoverRecord: TypeAlias = Recorded[HandoverEvent]

EVENTS: tuple[type[Event], ...] = (
    HandoverWritten,
    HandoverTaken,
    HandoverRead,
    HandoverClosed,
    HandoverExpired,
)
