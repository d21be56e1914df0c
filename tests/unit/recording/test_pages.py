"""Pages in a file, sealed or plain, and when a recording is whole."""

from itertools import permutations

import pytest
from tests.unit.recording.stored import SEAL, page, slips, whole

from sasayaki.recording.v1.recording_events import Pause
from sasayaki_recording.vault.keys import Seal
from sasayaki_recording.vault.pages import (
    CUSTOMER,
    MAGIC,
    OPERATOR,
    SEAL_BYTES,
    SUPERVISOR,
    end_sample,
    in_order,
    is_plain,
    is_whole,
    pauses_of,
    sealed_head,
    silenced,
    slips_in,
)

FORMS = pytest.mark.parametrize("seal", [None, SEAL], ids=["plain", "sealed"])


@FORMS
def test_what_was_written_is_read(seal: Seal | None) -> None:
    found, content = slips(whole(), seal=seal)
    assert [slip for _, slip in slips_in(content)] == list(found.values())
    assert is_plain(content) is (seal is None)


@FORMS
@pytest.mark.parametrize("missing", [1, 100, 8_000])
def test_reading_stops_at_a_page_that_a_crash_has_torn(missing: int, seal: Seal | None) -> None:
    found, content = slips(whole(1), seal=seal)
    whole_ones = [slip for _, slip in slips_in(content[:-missing])]
    assert whole_ones == list(found.values())[:-1]


@FORMS
def test_reading_stops_at_a_page_that_is_not_what_was_written(seal: Seal | None) -> None:
    found, content = slips(whole(1), seal=seal)
    spoiled = bytearray(content)
    spoiled[found[OPERATOR, 0].at + 500] ^= 1
    assert len(list(slips_in(bytes(spoiled)))) == 1


@pytest.mark.parametrize("length", range(len(MAGIC) + 1))
def test_a_file_that_is_torn_in_its_first_bytes_is_begun_anew_and_sealed(length: int) -> None:
    assert not is_plain(MAGIC[:length])
    assert list(slips_in(MAGIC[:length])) == []


def test_a_plain_slip_says_where_the_samples_are() -> None:
    found, content = slips(whole())
    slip = found[OPERATOR, 2]
    assert content[slip.at : slip.at + slip.samples] == page(2).pcmu


def test_a_sealed_slip_says_where_the_sealed_samples_are() -> None:
    found, content = slips(whole(), seal=SEAL)
    slip = found[OPERATOR, 2]
    sealed = content[slip.at : slip.at + slip.samples + SEAL_BYTES]
    assert SEAL.open(sealed_head(slip), sealed) == page(2).pcmu
    assert page(2).pcmu[:40] not in content


def test_what_is_paused_is_silence_whatever_came() -> None:
    voice = b"\x10" * 8_000
    quiet = silenced(voice, [(0, 100), (7_900, 500)])
    assert quiet == b"\xff" * 100 + b"\x10" * 7_800 + b"\xff" * 100


def test_pauses_are_told_over_all_pages_and_tracks_joined_where_they_touch() -> None:
    pages = [page(1, track, pauses=((4_000, 4_000),), last=False) for track in (CUSTOMER, OPERATOR)]
    pages += [page(2, CUSTOMER, pauses=((0, 8_000),)), page(3, CUSTOMER, pauses=((0, 81),))]
    pages += [page(5, SUPERVISOR, pauses=((100, 1),))]
    found, _ = slips(pages, seal=SEAL)
    assert pauses_of(found) == (
        Pause(from_ms=1_500, to_ms=3_011),
        Pause(from_ms=5_012, to_ms=5_013),
    )
    assert pauses_of({}) == ()


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
