"""A recording starts with its first page, is finished when none is missing, and is deleted once."""

from tests.harness.specification import NOON, given

from sasayaki.recording.v1.recording_events import (
    DeletionReason,
    LegalHoldReleased,
    LegalHoldSet,
    Pause,
    RecordingDeleted,
    RecordingFinished,
    RecordingStarted,
    RecordingWanted,
    Track,
    TrackManifest,
)
from sasayaki_recording.recording import (
    RECORDING,
    Expire,
    Keep,
    Partial,
    ReleaseHold,
    SetHold,
    Settle,
    Whole,
)

TRACKS = (TrackManifest(track=Track.CUSTOMER, pages=3, samples=1, gap_samples=0, sha256="ab"),)
PAUSES = (Pause(from_ms=500, to_ms=900),)
SOME = Keep(recording_id="rec_1", opened_at=NOON, content=Partial())
ALL = Keep(recording_id="rec_1", opened_at=NOON, content=Whole(2_400, TRACKS, PAUSES))
STARTED = RecordingStarted(recording_id="rec_1", started_at=NOON)
FINISHED = RecordingFinished(recording_id="rec_1", length_ms=2_400, tracks=TRACKS, pauses=PAUSES)


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


HELD = LegalHoldSet(hold_id="hld_1", reason="court")
HELD_TOO = LegalHoldSet(hold_id="hld_2", reason="insurer")
RELEASED = LegalHoldReleased(hold_id="hld_1")
EXPIRED = RecordingDeleted(recording_id="rec_1", reason=DeletionReason.RETENTION, bytes=9)
UNALERTED = RecordingDeleted(recording_id="rec_1", reason=DeletionReason.NO_ALERT, bytes=9)
WANTED = RecordingWanted()


def test_a_recording_whose_time_is_up_is_deleted_once() -> None:
    given(RECORDING, STARTED, FINISHED).when(Expire(bytes=9)).then(EXPIRED)
    given(RECORDING, STARTED, FINISHED, EXPIRED).when(Expire(bytes=0)).then()


def test_a_recording_that_never_finished_is_deleted_too() -> None:
    given(RECORDING, STARTED).when(Expire(bytes=9)).then(EXPIRED)


def test_pages_that_come_after_the_deletion_tell_nothing() -> None:
    given(RECORDING, STARTED, EXPIRED).when(ALL).then()


def test_what_was_never_recorded_is_neither_deleted_nor_held() -> None:
    for command in (Expire(0), Settle(alerted=True, bytes=0), SetHold("hld_1", "court")):
        given(RECORDING).when(command).then_refused("UNKNOWN_RECORDING")
    given(RECORDING).when(ReleaseHold("hld_1")).then_refused("UNKNOWN_RECORDING")


def test_a_hold_forbids_the_deletion_until_it_is_released() -> None:
    given(RECORDING, STARTED, FINISHED, HELD).when(Expire(9)).then_refused("HELD")
    given(RECORDING, STARTED, FINISHED, HELD, RELEASED).when(Expire(9)).then(EXPIRED)


def test_each_of_several_holds_forbids_it() -> None:
    given(RECORDING, STARTED, HELD, HELD_TOO, RELEASED).when(Expire(9)).then_refused("HELD")


def test_there_may_be_any_number_of_holds() -> None:
    holds = [LegalHoldSet(hold_id=f"hld_{number}", reason="court") for number in range(1_001)]
    state = given(RECORDING, STARTED, *holds)
    state.when(SetHold("hld_x", "court")).then(LegalHoldSet(hold_id="hld_x", reason="court"))


def test_a_hold_is_set_and_released_once() -> None:
    given(RECORDING, STARTED, HELD).when(SetHold("hld_1", "court")).then()
    given(RECORDING, STARTED, HELD).when(ReleaseHold("hld_1")).then(RELEASED)
    given(RECORDING, STARTED, HELD, RELEASED).when(ReleaseHold("hld_1")).then()


def test_a_hold_that_was_never_set_is_not_released() -> None:
    given(RECORDING, STARTED, HELD).when(ReleaseHold("hld_9")).then_refused("UNKNOWN_HOLD")


def test_what_is_gone_cannot_be_held() -> None:
    deleted = given(RECORDING, STARTED, FINISHED, HELD, RELEASED, EXPIRED)
    deleted.when(SetHold("hld_2", "court")).then_refused("RECORDING_DELETED")
    deleted.when(ReleaseHold("hld_1")).then()


def test_a_hold_may_be_set_while_the_recording_runs() -> None:
    given(RECORDING, STARTED).when(SetHold("hld_1", "court")).then(HELD)
    given(RECORDING, STARTED, HELD).when(ALL).then(FINISHED)


def test_without_an_alert_what_is_kept_for_alerts_is_deleted() -> None:
    given(RECORDING, STARTED, FINISHED).when(Settle(alerted=False, bytes=9)).then(UNALERTED)


def test_with_an_alert_it_is_wanted_and_stays_so() -> None:
    given(RECORDING, STARTED, FINISHED).when(Settle(alerted=True, bytes=9)).then(WANTED)
    given(RECORDING, STARTED, FINISHED, WANTED).when(Settle(alerted=False, bytes=9)).then()


def test_what_is_held_is_not_deleted_for_want_of_an_alert() -> None:
    given(RECORDING, STARTED, FINISHED, HELD).when(Settle(alerted=False, bytes=9)).then_refused(
        "HELD"
    )


def test_what_is_wanted_goes_when_its_time_is_up() -> None:
    given(RECORDING, STARTED, FINISHED, WANTED).when(Expire(9)).then(EXPIRED)
