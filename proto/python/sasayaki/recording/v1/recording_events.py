"""A call's recording: the stream `recording.recording`, keyed by contact id. The sound is in files, a page is no event.

These messages are stored for years. Add, never change: see docs/adr/0004.
"""

# Generated from sasayaki/recording/v1/recording_events.proto. Change that file and run `./sasayaki gen`.

from typing import TypeAlias

from sasayaki.event import (
    Event,
    Instant,
    Int64,
    Message,
    OpenEnum,
    Recorded,
    Uint32,
)


class Track(OpenEnum):
    """Whose voice a track holds."""

    UNSPECIFIED = "TRACK_UNSPECIFIED"
    CUSTOMER = "TRACK_CUSTOMER"
    OPERATOR = "TRACK_OPERATOR"
    SUPERVISOR = "TRACK_SUPERVISOR"


class DeletionReason(OpenEnum):
    """Why a recording was deleted."""

    UNSPECIFIED = "DELETION_REASON_UNSPECIFIED"
    RETENTION = "DELETION_REASON_RETENTION"
    """Its retention is over."""
    NO_ALERT = "DELETION_REASON_NO_ALERT"
    """The company's rule: only calls with an alert are kept."""


class TrackManifest(Message):
    """A track as it was stored."""

    track: Track
    pages: Uint32
    samples: Int64
    gap_samples: Int64
    """Samples that never arrived and were filled with silence."""
    sha256: str
    """SHA-256 of the µ-law bytes of all pages in order, hexadecimal."""


class Pause(Message):
    """A stretch of the recording's timeline that was not written."""

    from_ms: Uint32
    to_ms: Uint32


class RecordingStarted(Event, type="sasayaki.recording.v1.RecordingStarted"):
    """The first page of a recording was stored."""

    recording_id: str
    started_at: Instant
    """When the tap opened."""


class RecordingFinished(Event, type="sasayaki.recording.v1.RecordingFinished"):
    """All pages of all tracks are stored."""

    recording_id: str
    length_ms: Uint32
    tracks: tuple[TrackManifest, ...]
    pauses: tuple[Pause, ...]
    """Stretches that were not written because somebody paused the recording."""


class RecordingDeleted(Event, type="sasayaki.recording.v1.RecordingDeleted"):
    """A recording's sound is gone for good. What was decided about it stays."""

    recording_id: str
    reason: DeletionReason
    bytes: Int64


class LegalHoldSet(Event, type="sasayaki.recording.v1.LegalHoldSet"):
    """The recording must not be deleted until every hold on it is released."""

    hold_id: str
    """`hld_…`"""
    reason: str
    """Why, in a few words without names."""


class LegalHoldReleased(Event, type="sasayaki.recording.v1.LegalHoldReleased"):
    """A hold is over."""

    hold_id: str


class RecordingWanted(Event, type="sasayaki.recording.v1.RecordingWanted"):
    """An alert was raised in the call: what the rule ON_ALERT keeps."""


RecordingEvent: TypeAlias = (
    RecordingStarted
    | RecordingFinished
    | RecordingDeleted
    | LegalHoldSet
    | LegalHoldReleased
    | RecordingWanted
)
RecordingRecord: TypeAlias = Recorded[RecordingEvent]

EVENTS: tuple[type[Event], ...] = (
    RecordingStarted,
    RecordingFinished,
    RecordingDeleted,
    LegalHoldSet,
    LegalHoldReleased,
    RecordingWanted,
)
