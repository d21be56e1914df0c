"""A picture of a recording: the loudest of each step, of each track, whatever its length."""

import pytest
from tests.unit.recording.stored import page, slips

from sasayaki_chassis.identity import Identity
from sasayaki_recording.methods import hearing_of
from sasayaki_recording.vault.pages import ALL, CUSTOMER, OPERATOR, SUPERVISOR, Page
from sasayaki_recording.vault.wav import WHOLE, Hearing, chunks
from sasayaki_recording.vault.waveform import STEPS_MOST, Waveform, waveform

QUIET, LOUDEST = b"\xff", b"\x80"


def drawn(pages: list[Page], hearing: Hearing = WHOLE) -> Waveform:
    found, content = slips(pages)
    return waveform(found, lambda slip: content[slip.at : slip.at + slip.samples], hearing)


def test_each_value_is_the_largest_sample_of_its_step() -> None:
    pcmu = QUIET * 160 + b"\xff" * 80 + LOUDEST + b"\xff" * 79 + QUIET * 160
    found = drawn([page(0, pcmu=pcmu)])
    assert (found.length_ms, found.step_ms) == (60, 20)
    assert found.peaks[CUSTOMER] == bytes([0, 255, 0])


def test_below_and_above_zero_are_equally_loud_and_what_is_not_silence_shows() -> None:
    below = drawn([page(0, pcmu=b"\x00" * 160)]).peaks[CUSTOMER]
    assert below == drawn([page(0, pcmu=LOUDEST * 160)]).peaks[CUSTOMER] == b"\xff"
    assert drawn([page(0, pcmu=b"\xfe" * 160)]).peaks[CUSTOMER] == b"\x01"


def test_each_track_has_its_own_values_and_a_missing_page_is_silence() -> None:
    loud = LOUDEST * 8_000
    pages = [page(0, pcmu=loud), page(2, pcmu=loud), page(1, OPERATOR, pcmu=loud)]
    found = drawn(pages)
    assert found.peaks[CUSTOMER] == b"\xff" * 50 + b"\x00" * 50 + b"\xff" * 50
    assert found.peaks[OPERATOR] == b"\x00" * 50 + b"\xff" * 50 + b"\x00" * 50
    assert found.peaks[SUPERVISOR] == bytes(150)


@pytest.mark.parametrize(("seconds", "step_ms"), [(40, 20), (41, 40), (3_600, 1_800)])
def test_long_recordings_have_longer_steps(seconds: int, step_ms: int) -> None:
    found = drawn([page(0), page(seconds - 1)])
    assert (found.length_ms, found.step_ms) == (seconds * 1_000, step_ms)
    assert {len(peaks) for peaks in found.peaks.values()} == {seconds * 1_000 // step_ms}
    assert len(found.peaks[CUSTOMER]) <= STEPS_MOST


def test_a_recording_without_pages_has_no_values() -> None:
    assert drawn([]) == Waveform(0, 20, dict.fromkeys(ALL, b""))


def test_a_client_company_sees_and_hears_nothing_of_the_supervisor() -> None:
    company = Identity("usr_a", "out_demo", "client", frozenset(("cli_acme",)))
    pages = [page(0, track, pcmu=LOUDEST * 160) for track in ALL]
    assert set(drawn(pages, hearing_of(company, ())).peaks) == {CUSTOMER, OPERATOR}
    found, _ = slips(pages)

    def read(slip: object) -> bytes:
        assert slip != found[SUPERVISOR, 0], "what nobody may hear is not even opened"
        return LOUDEST * 160

    whole = b"".join(chunks(found, read, hearing_of(company, ())))
    assert whole[44:50] == b"\x7c\x7d" * 2 + b"\x00\x00"


@pytest.mark.parametrize("role", ["supervisor", "manager", "auditor", "admin"])
def test_whoever_supervises_hears_all_tracks(role: str) -> None:
    assert hearing_of(Identity("usr_a", "out_demo", role), ((0, 8_000),)) == WHOLE


def test_where_the_customer_did_not_hear_the_operator_no_client_company_does() -> None:
    company = Identity("usr_a", "out_demo", "client", frozenset(("cli_acme",)))
    pages = [page(number, track, pcmu=LOUDEST * 8_000) for number in (0, 1) for track in ALL]
    # From before the beginning, across a page's end, beyond the end.
    hushed = ((-8_000, 8_160), (7_840, 320), (15_840, 800_000))
    heard = drawn(pages, hearing_of(company, hushed)).peaks
    assert heard[CUSTOMER] == b"\xff" * 100
    assert heard[OPERATOR] == b"\x00" + b"\xff" * 48 + b"\x00" * 2 + b"\xff" * 48 + b"\x00"
    found, _ = slips(pages)
    whole = b"".join(
        chunks(found, lambda slip: LOUDEST * slip.samples, hearing_of(company, hushed))
    )
    assert whole[44:48] == b"\x7c\x7d\x00\x00"
    assert whole[44 + 6 * 160 :][:4] == b"\x7c\x7d" * 2
