"""The vault: what it was given is on disk, once, whatever crashed."""

import hashlib
from pathlib import Path

import pytest
from tests.unit.recording.stored import page, whole

from sasayaki.recording.v1.recording_events import Track
from sasayaki_recording.pages import CUSTOMER, OPERATOR
from sasayaki_recording.recording import Partial, Whole
from sasayaki_recording.vault import DifferentPage, Vault

WHOSE = ("out_demo", "con_1")


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    return Vault(tmp_path)


def path(folder: Path) -> Path:
    return folder / "out_demo" / "con_1.pages"


def wav(vault: Vault) -> bytes:
    return b"".join(vault.wav(*WHOSE))


def test_pages_that_were_stored_are_given_out(vault: Vault) -> None:
    vault.store(*WHOSE, whole())
    assert len(wav(vault)) == 44 + 3 * 8_000 * 6


def test_another_process_finds_what_was_stored(vault: Vault, tmp_path: Path) -> None:
    vault.store(*WHOSE, whole())
    assert wav(Vault(tmp_path)) == wav(vault)


def test_a_page_that_is_known_is_passed_over(vault: Vault, tmp_path: Path) -> None:
    vault.store(*WHOSE, whole())
    size = path(tmp_path).stat().st_size
    vault.store(*WHOSE, whole())
    Vault(tmp_path).store(*WHOSE, whole())
    assert path(tmp_path).stat().st_size == size


def test_a_page_that_comes_twice_at_once_is_stored_once(vault: Vault, tmp_path: Path) -> None:
    vault.store(*WHOSE, [page(0)])
    size = path(tmp_path).stat().st_size
    vault.store(*WHOSE, [page(1), page(1)])
    assert path(tmp_path).stat().st_size == 2 * size


@pytest.mark.parametrize(
    "other",
    [page(0, pcmu=b"\x01" * 8_000), page(0, last=True), page(0, gap_samples=3)],
    ids=["samples", "last", "gap"],
)
def test_a_page_that_differs_is_refused(vault: Vault, other: object) -> None:
    vault.store(*WHOSE, [page(0)])
    before = wav(vault)
    with pytest.raises(DifferentPage):
        vault.store(*WHOSE, [page(1), other])  # type: ignore[list-item]
    assert wav(vault) == before


def test_two_pages_of_one_number_that_differ_are_refused(vault: Vault) -> None:
    with pytest.raises(DifferentPage):
        vault.store(*WHOSE, [page(0), page(0, last=True)])


def test_what_a_crash_has_torn_is_written_again(vault: Vault, tmp_path: Path) -> None:
    vault.store(*WHOSE, whole())
    with path(tmp_path).open("r+b") as file:
        file.truncate(path(tmp_path).stat().st_size - 5)
    again = Vault(tmp_path)
    assert again.content(*WHOSE) == Partial()
    again.store(*WHOSE, whole())
    assert wav(Vault(tmp_path)) == wav(again)
    assert isinstance(again.content(*WHOSE), Whole)


def test_a_recording_is_whole_with_its_last_page(vault: Vault) -> None:
    pages = whole()
    vault.store(*WHOSE, pages[:-1])
    assert vault.content(*WHOSE) == Partial()
    vault.store(*WHOSE, pages[-1:])
    assert isinstance(vault.content(*WHOSE), Whole)


def test_the_manifest_says_what_every_track_holds(vault: Vault) -> None:
    pages = [page(0, gap_samples=160), *whole(2)[1:]]
    vault.store(*WHOSE, pages)
    content = vault.content(*WHOSE)
    assert isinstance(content, Whole)
    assert content.length_ms == 2_000
    customer = content.tracks[0]
    assert (customer.track, customer.pages, customer.samples) == (Track.CUSTOMER, 2, 16_000)
    assert customer.gap_samples == 160
    voice = page(0).pcmu + page(1).pcmu
    assert customer.sha256 == hashlib.sha256(voice).hexdigest()


def test_calls_are_kept_apart(vault: Vault, tmp_path: Path) -> None:
    vault.store("out_demo", "con_1", [page(0, CUSTOMER)])
    vault.store("out_demo", "con_2", [page(0, OPERATOR)])
    vault.store("out_other", "con_1", [page(0, OPERATOR)])
    found = sorted(str(file.relative_to(tmp_path)) for file in tmp_path.rglob("*.pages"))
    assert found == ["out_demo/con_1.pages", "out_demo/con_2.pages", "out_other/con_1.pages"]


@pytest.mark.parametrize("name", ["..", "con_1/../../x", "a.b", "", "con_\0", "x" * 129])
def test_no_name_leads_out_of_the_folder(vault: Vault, name: str) -> None:
    with pytest.raises(ValueError, match="no name for a file"):
        vault.store("out_demo", name, [page(0)])
    with pytest.raises(ValueError, match="no name for a file"):
        vault.store(name, "con_1", [page(0)])


def test_nothing_of_a_call_is_partial(vault: Vault) -> None:
    assert vault.content("out_demo", "con_9") == Partial()
