"""Pages in a file, and when a recording is whole."""

from itertools import permutations

import pytest
from tests.unit.recording.stored import page, slips, whole

from sasayaki_recording.pages import (
    CUSTOMER,
    OPERATOR,
    SUPERVISOR,
    decoded,
    encoded,
    end_sample,
    in_order,
    is_whole,
)


def test_what_was_written_is_read() -> None:
    pages = whole()
    _, content = slips(pages)
    assert [found for _, found in decoded(content)] == pages


@pytest.mark.parametrize("missing", [1, 100, 8_000])
def test_reading_stops_at_a_page_that_a_crash_has_torn(missing: int) -> None:
    pages = whole(1)
    _, content = slips(pages)
    assert [found for _, found in decoded(content[:-missing])] == pages[:-1]


def test_reading_stops_at_a_page_that_is_not_what_was_written() -> None:
    _, content = slips(whole(1))
    spoiled = bytearray(content)
    spoiled[len(encoded(page(0))) + 500] ^= 1
    assert len(list(decoded(bytes(spoiled)))) == 1


def test_a_slip_says_where_the_samples_are() -> None:
    found, content = slips(whole())
    slip = found[OPERATOR, 2]
    assert content[slip.at : slip.at + slip.samples] == page(2).pcmu


def test_a_recording_is_whole_when_every_track_has_all_its_pages() -> None:
    assert is_whole(slips(whole())[0])


def test_a_recording_is_whole_in_whatever_order_its_pages_came() -> None:
    for order in permutations(whole(1)):
        assert is_whole(slips(list(order))[0])


@pytest.mark.parametrize("missing", range(9))
def test_a_recording_that_lacks_a_page_is_not_whole(missing: int) -> None:
    pages = whole()
    del pages[missing]
    assert not is_whole(slips(pages)[0])


def test_a_recording_without_pages_is_not_whole() -> None:
    assert not is_whole({})


def test_a_recording_is_as_long_as_its_longest_track() -> None:
    pages = [
        page(0, CUSTOMER),
        page(1, OPERATOR, pcmu=b"\xff" * 400, last=True),
        page(0, SUPERVISOR),
    ]
    assert end_sample(slips(pages)[0]) == 8_400
    assert end_sample({}) == 0


def test_a_tracks_pages_are_in_the_order_of_their_numbers() -> None:
    found, _ = slips([page(2), page(0), page(1), page(0, OPERATOR)])
    assert [slip.number for slip in in_order(found, CUSTOMER)] == [0, 1, 2]
