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


class TrackManifest(Message):
    """A track as it was stored."""

    track: Track
    pages: Uint32
    samples: Int64
    gap_samples: Int64
    """Samples that never arrived and were filled with silence."""
    sha256: str
    """SHA-256 of the µ-law bytes of all pages in order, hexadecimal."""


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


RecordingEvent: TypeAlias = (
    RecordingStarted
    | RecordingFinished
)
RecordingRecord: TypeAlias = Recorded[RecordingEvent]

EVENTS: tuple[type[Event], ...] = (
    RecordingStarted,
    RecordingFinished,
)
