"""Departed contacts: remembered long enough, never without bound."""

from datetime import timedelta

from tests.harness.specification import NOON

from sasayaki_routing.pool.state.departed import CHUNK_MOST, CHUNKS_MOST, KEPT, Departed


def test_a_contact_that_left_is_remembered() -> None:
    assert "con_1" in Departed().plus("con_1", NOON)
    assert "con_2" not in Departed().plus("con_1", NOON)


def test_contacts_are_forgotten_when_they_left_long_ago() -> None:
    departed = Departed()
    for number in range(CHUNK_MOST):
        departed = departed.plus(f"con_{number}", NOON)
    departed = departed.plus("con_late", NOON + KEPT + timedelta(seconds=1))
    assert "con_1" not in departed
    assert "con_late" in departed


def test_the_number_of_remembered_contacts_is_bounded() -> None:
    departed = Departed()
    for number in range(CHUNK_MOST * (CHUNKS_MOST + 2)):
        departed = departed.plus(f"con_{number}", NOON)
    assert len(departed) <= CHUNK_MOST * CHUNKS_MOST
    assert f"con_{CHUNK_MOST * (CHUNKS_MOST + 2) - 1}" in departed
    assert "con_0" not in departed


def test_remembering_one_more_leaves_the_earlier_memory_as_it_was() -> None:
    before = Departed().plus("con_1", NOON)
    before.plus("con_2", NOON)
    assert "con_2" not in before
