"""Which recordings there are, newest first, and who may hear them."""

from datetime import timedelta

import pytest
from tests.harness.records import recorded
from tests.harness.specification import NOON

from sasayaki.recording.v1.recording_events import (
    DeletionReason,
    LegalHoldReleased,
    LegalHoldSet,
    Pause,
    RecordingDeleted,
    RecordingFinished,
    RecordingStarted,
)
from sasayaki_chassis.identity import Identity
from sasayaki_recording.methods import may_hear
from sasayaki_recording.search.catalogue import Catalogue, Entry, Hold, page_token, place_of


def catalogue(*contacts: str) -> Catalogue:
    """Each contact a minute after the one before."""
    found = Catalogue()
    for minute, contact_id in enumerate(contacts):
        started = RecordingStarted(
            recording_id=f"rec_{contact_id}", started_at=NOON + timedelta(minutes=minute)
        )
        found.fold(recorded(contact_id, started))
    return found


def entry(contact_id: str, found: Catalogue) -> Entry:
    known = found.of(contact_id)
    assert known is not None
    return known


def test_the_newest_recording_is_first() -> None:
    found = catalogue("con_1", "con_2", "con_3")
    assert [each.contact_id for each in found.after(None)] == ["con_3", "con_2", "con_1"]


def test_a_page_goes_on_where_the_one_before_ended() -> None:
    found = catalogue("con_1", "con_2", "con_3")
    token = page_token(entry("con_3", found).place)
    assert [each.contact_id for each in found.after(place_of(token))] == ["con_2", "con_1"]


def test_a_recording_that_came_since_does_not_move_the_next_page() -> None:
    found = catalogue("con_1", "con_2", "con_3")
    token = page_token(entry("con_2", found).place)
    late = RecordingStarted(recording_id="rec_4", started_at=NOON + timedelta(hours=1))
    found.fold(recorded("con_4", late))
    assert [each.contact_id for each in found.after(place_of(token))] == ["con_1"]


def test_a_finished_recording_has_its_length() -> None:
    found = catalogue("con_1")
    assert (entry("con_1", found).length_ms, entry("con_1", found).finished) == (0, False)
    finished = RecordingFinished(recording_id="rec_con_1", length_ms=2_400, tracks=(), pauses=())
    found.fold(recorded("con_1", finished))
    assert (entry("con_1", found).length_ms, entry("con_1", found).finished) == (2_400, True)


@pytest.mark.parametrize("token", ["x", "!!!!", "YWJj", "Zm9vIGJhciBiYXo="])
def test_a_page_token_of_nobodys_making_is_refused(token: str) -> None:
    with pytest.raises(ValueError, match="not one of ours"):
        place_of(token)


@pytest.mark.parametrize(
    ("role", "tenant_id", "clients", "may"),
    [
        ("supervisor", "out_demo", {"cli_acme"}, True),
        ("supervisor", "out_demo", {"cli_other"}, False),
        ("supervisor", "out_demo", set(), False),
        ("auditor", "out_demo", set(), False),
        ("supervisor", "out_other", {"cli_acme"}, False),
        ("admin", "out_demo", set(), True),
        ("admin", "out_demo", {"cli_other"}, False),
        ("admin", "out_other", set(), False),
    ],
)
def test_recordings_are_for_those_who_serve_the_client_company(
    role: str, tenant_id: str, clients: set[str], may: bool
) -> None:
    who = Identity("usr_1", tenant_id, role, frozenset(clients))
    assert may_hear(who, entry("con_1", catalogue("con_1"))) is may


def test_a_stretch_of_time_begins_with_its_first_instant_and_ends_before_its_last() -> None:
    found = catalogue("con_1", "con_2", "con_3", "con_4")
    second, fourth = NOON + timedelta(minutes=1), NOON + timedelta(minutes=3)
    listed = [each.contact_id for each in found.after(None, from_=second, until=fourth)]
    assert listed == ["con_3", "con_2"]


def test_a_page_goes_on_within_a_stretch_of_time() -> None:
    found = catalogue("con_1", "con_2", "con_3", "con_4")
    place = entry("con_3", found).place
    second, fourth = NOON + timedelta(minutes=1), NOON + timedelta(minutes=3)
    assert [each.contact_id for each in found.after(place, from_=second, until=fourth)] == ["con_2"]


def test_a_recording_is_held_until_its_last_hold_is_released() -> None:
    found = catalogue("con_1")
    for hold_id in ("hld_1", "hld_2"):
        found.fold(recorded("con_1", LegalHoldSet(hold_id=hold_id, reason="court")))
    found.fold(recorded("con_1", LegalHoldReleased(hold_id="hld_1")))
    assert [hold.hold_id for hold in entry("con_1", found).holds] == ["hld_2"]


def test_why_and_when_a_recording_was_held_is_known() -> None:
    found = catalogue("con_1")
    held = recorded("con_1", LegalHoldSet(hold_id="hld_1", reason="court"))
    found.fold(held)
    assert entry("con_1", found).holds == (Hold("hld_1", "court", held.time),)


def test_a_finished_recording_says_where_it_was_paused() -> None:
    found = catalogue("con_1")
    pauses = (Pause(from_ms=1_000, to_ms=2_000),)
    finished = RecordingFinished(recording_id="rec_1", length_ms=9_000, tracks=(), pauses=pauses)
    found.fold(recorded("con_1", finished))
    assert entry("con_1", found).pauses == pauses


def test_a_deleted_recording_stays_in_the_list_and_is_not_kept() -> None:
    found = catalogue("con_1", "con_2")
    assert {each.contact_id for each in found.kept("cli_acme")} == {"con_1", "con_2"}
    deleted = RecordingDeleted(recording_id="rec_1", reason=DeletionReason.RETENTION, bytes=9)
    found.fold(recorded("con_1", deleted))
    assert entry("con_1", found).deleted
    assert len(list(found.after(None))) == 2
    assert [each.contact_id for each in found.kept("cli_acme")] == ["con_2"]
    assert found.kept("cli_other") == []
