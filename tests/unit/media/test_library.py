"""What a client company calls its sounds: versions of a name, none of which is ever changed."""

from datetime import UTC, datetime

import pytest

from sasayaki.media.v1.prompt_events import PromptPut
from sasayaki_chassis.decider import Refused
from sasayaki_media.sound.library import (
    SOUND_MS_MOST,
    SOUNDS_MOST,
    Library,
    Put,
    check_room,
    decide,
    evolve,
)

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
ONE, TWO = "1" * 64, "2" * 64


def given(*puts: Put) -> Library:
    library = Library()
    for put in puts:
        for event in decide(library, put, NOW):
            library = evolve(library, event)
    return library


def put(name: str = "menu", sha256: str = ONE, length_ms: int = 2_000) -> Put:
    return Put(name, sha256, length_ms, "usr_mgr")


def test_the_first_sound_of_a_name_is_its_version_1() -> None:
    assert decide(Library(), put(), NOW) == (
        PromptPut(
            name="menu", version=1, sha256=ONE, length_ms=2_000, put_at=NOW, put_by="usr_mgr"
        ),
    )


def test_another_sound_is_a_further_version_and_the_first_is_still_there() -> None:
    library = given(put(), put(sha256=TWO))
    assert [(each.version, each.sha256) for each in library.prompts["menu"]] == [(1, ONE), (2, TWO)]
    assert library.holds(ONE)


def test_the_same_sound_once_more_changes_nothing() -> None:
    assert decide(given(put()), put(), NOW) == ()


def test_an_earlier_sound_becomes_the_latest_by_being_put_again() -> None:
    (event,) = decide(given(put(), put(sha256=TWO)), put(), NOW)
    assert (event.version, event.sha256) == (3, ONE)


def test_names_have_their_versions_apart() -> None:
    (event,) = decide(given(put()), put("sorry", TWO), NOW)
    assert event.version == 1


def test_a_sound_that_nobody_put_is_not_the_companys() -> None:
    assert not given(put()).holds(TWO)


def test_a_company_has_no_more_sounds_than_the_node_can_hold() -> None:
    full = given(*(put(f"p{number}", f"{number:064}") for number in range(SOUNDS_MOST)))
    with pytest.raises(Refused, match="1000 sounds") as refused:
        decide(full, put("one_more"), NOW)
    assert refused.value.reason == "TOO_MANY_PROMPTS"


def test_a_company_has_no_more_minutes_than_the_node_can_hold() -> None:
    full = given(put(length_ms=SOUND_MS_MOST))
    with pytest.raises(Refused, match="120 minutes"):
        decide(full, put("one_more", TWO, 1), NOW)


def test_a_full_company_still_may_put_what_a_name_stands_for_already() -> None:
    full = given(put(length_ms=SOUND_MS_MOST))
    assert decide(full, put(length_ms=SOUND_MS_MOST), NOW) == ()
    check_room(full, put(length_ms=SOUND_MS_MOST))
