"""A recording starts with its first page and is finished when none is missing."""

from sasayaki.recording.v1.recording_events import (
    RecordingFinished,
    RecordingStarted,
    Track,
    TrackManifest,
)
from sasayaki_chassis.testing import NOON, given
from sasayaki_recording.recording import RECORDING, Keep, Partial, Whole

TRACKS = (TrackManifest(track=Track.CUSTOMER, pages=3, samples=1, gap_samples=0, sha256="ab"),)
SOME = Keep(recording_id="rec_1", opened_at=NOON, content=Partial())
ALL = Keep(recording_id="rec_1", opened_at=NOON, content=Whole(length_ms=2_400, tracks=TRACKS))
STARTED = RecordingStarted(recording_id="rec_1", started_at=NOON)
FINISHED = RecordingFinished(recording_id="rec_1", length_ms=2_400, tracks=TRACKS)


def test_the_first_page_starts_a_recording() -> None:
    given(RECORDING).when(SOME).then(STARTED)


def test_further_pages_are_no_events() -> None:
    given(RECORDING, STARTED).when(SOME).then()


def test_the_last_missing_page_finishes_a_recording() -> None:
    given(RECORDING, STARTED).when(ALL).then(FINISHED)


def test_a_recording_that_comes_at_once_starts_and_finishes() -> None:
    given(RECORDING).when(ALL).then(STARTED, FINISHED)


def test_a_recording_finishes_once() -> None:
    given(RECORDING, STARTED, FINISHED).when(ALL).then()
    given(RECORDING, STARTED, FINISHED).when(SOME).then()


def test_a_recording_waits_for_its_pages_for_ever() -> None:
    given(RECORDING, STARTED).then_nothing_is_due()
