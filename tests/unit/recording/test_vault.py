"""The vault: what it was given is on disk, once, whatever crashed."""

import hashlib
from pathlib import Path

import pytest
from tests.unit.recording.stored import ACME, keys_in, page, slips, whole

from sasayaki.recording.v1.recording_events import Pause, Track
from sasayaki_chassis.owner import Unavailable
from sasayaki_recording.recording import Partial, Whole
from sasayaki_recording.vault.keys import KeyGone, Keys, Whose
from sasayaki_recording.vault.pages import CUSTOMER, MAGIC, OPERATOR
from sasayaki_recording.vault.vault import DifferentPage, Vault


@pytest.fixture
def keys(tmp_path: Path) -> Keys:
    return keys_in(tmp_path / "keys", "cli_acme", "cli_other")


@pytest.fixture
def vault(tmp_path: Path, keys: Keys) -> Vault:
    return again(tmp_path)


def again(folder: Path) -> Vault:
    """The vault as the next process finds it."""
    return Vault(folder / "vault", Keys(folder / "keys"))


def path(folder: Path) -> Path:
    return folder / "vault" / "out_demo" / "con_1.pages"


def wav(vault: Vault) -> bytes:
    return b"".join(vault.wav(ACME))


def test_pages_that_were_stored_are_given_out(vault: Vault) -> None:
    vault.store(ACME, whole())
    assert len(wav(vault)) == 44 + 3 * 8_000 * 6


def test_another_process_finds_what_was_stored(vault: Vault, tmp_path: Path) -> None:
    vault.store(ACME, whole())
    assert wav(again(tmp_path)) == wav(vault)


def test_a_page_that_is_known_is_passed_over(vault: Vault, tmp_path: Path) -> None:
    vault.store(ACME, whole())
    size = path(tmp_path).stat().st_size
    vault.store(ACME, whole())
    again(tmp_path).store(ACME, whole())
    assert path(tmp_path).stat().st_size == size


def test_a_page_that_comes_twice_at_once_is_stored_once(vault: Vault, tmp_path: Path) -> None:
    vault.store(ACME, [page(0)])
    size = path(tmp_path).stat().st_size
    vault.store(ACME, [page(1), page(1)])
    assert path(tmp_path).stat().st_size == 2 * size - len(MAGIC)


@pytest.mark.parametrize(
    "other",
    [page(0, pcmu=b"\x01" * 8_000), page(0, last=True), page(0, gap_samples=3)],
    ids=["samples", "last", "gap"],
)
def test_a_page_that_differs_is_refused(vault: Vault, other: object) -> None:
    vault.store(ACME, [page(0)])
    before = wav(vault)
    with pytest.raises(DifferentPage):
        vault.store(ACME, [page(1), other])  # type: ignore[list-item]
    assert wav(vault) == before


def test_two_pages_of_one_number_that_differ_are_refused(vault: Vault) -> None:
    with pytest.raises(DifferentPage):
        vault.store(ACME, [page(0), page(0, last=True)])


def test_what_a_crash_has_torn_is_written_again(vault: Vault, tmp_path: Path) -> None:
    vault.store(ACME, whole())
    with path(tmp_path).open("r+b") as file:
        file.truncate(path(tmp_path).stat().st_size - 5)
    next_one = again(tmp_path)
    assert next_one.content(ACME) == Partial()
    next_one.store(ACME, whole())
    assert wav(again(tmp_path)) == wav(next_one)
    assert isinstance(next_one.content(ACME), Whole)


def test_a_recording_is_whole_with_its_last_page(vault: Vault) -> None:
    pages = whole()
    vault.store(ACME, pages[:-1])
    assert vault.content(ACME) == Partial()
    vault.store(ACME, pages[-1:])
    assert isinstance(vault.content(ACME), Whole)


def test_the_manifest_says_what_every_track_holds(vault: Vault) -> None:
    pages = [page(0, gap_samples=160), *whole(2)[1:]]
    vault.store(ACME, pages)
    content = vault.content(ACME)
    assert isinstance(content, Whole)
    assert content.length_ms == 2_000
    customer = content.tracks[0]
    assert (customer.track, customer.pages, customer.samples) == (Track.CUSTOMER, 2, 16_000)
    assert customer.gap_samples == 160
    voice = page(0).pcmu + page(1).pcmu
    assert customer.sha256 == hashlib.sha256(voice).hexdigest()


def test_calls_are_kept_apart(vault: Vault, tmp_path: Path) -> None:
    vault.store(Whose("out_demo", "cli_acme", "con_1"), [page(0, CUSTOMER)])
    vault.store(Whose("out_demo", "cli_acme", "con_2"), [page(0, OPERATOR)])
    vault.store(Whose("out_other", "cli_other", "con_1"), [page(0, OPERATOR)])
    folder = tmp_path / "vault"
    found = sorted(str(file.relative_to(folder)) for file in folder.rglob("*.pages"))
    assert found == ["out_demo/con_1.pages", "out_demo/con_2.pages", "out_other/con_1.pages"]


@pytest.mark.parametrize("name", ["..", "con_1/../../x", "a.b", "", "con_\0", "x" * 129])
def test_no_name_leads_out_of_the_folder(vault: Vault, name: str) -> None:
    for whose in (Whose("out_demo", "cli_acme", name), Whose(name, "cli_acme", "con_1")):
        for act in (vault.size, vault.remove):
            with pytest.raises(ValueError, match="no name for a file"):
                act(whose)
        with pytest.raises(ValueError, match="no name for a file"):
            vault.store(whose, [page(0)])


def test_nothing_of_a_call_is_partial(vault: Vault) -> None:
    assert vault.content(Whose("out_demo", "cli_acme", "con_9")) == Partial()


def test_nothing_that_was_said_stands_readable_on_the_disk(vault: Vault, tmp_path: Path) -> None:
    vault.store(ACME, [page(0, pcmu=b"\x10\x20\x30\x40" * 2_000)])
    assert b"\x10\x20\x30\x40" * 4 not in path(tmp_path).read_bytes()


def test_the_same_samples_are_never_sealed_alike(vault: Vault, tmp_path: Path) -> None:
    vault.store(ACME, [page(0, pcmu=bytes(8_000)), page(1, pcmu=bytes(8_000))])
    content = path(tmp_path).read_bytes()[len(MAGIC) :]
    half = len(content) // 2
    assert content[40:half] != content[half + 40 :]


def test_without_its_key_a_recording_is_not_readable_and_nothing_is_added(
    vault: Vault, tmp_path: Path
) -> None:
    vault.store(ACME, whole(1))
    before = path(tmp_path).read_bytes()
    (tmp_path / "keys" / "cli_acme.key").unlink()
    for vault_ in (vault, again(tmp_path)):
        with pytest.raises(KeyGone, match="the key of client company 'cli_acme' is not there"):
            wav(vault_)
        with pytest.raises(KeyGone):
            vault_.store(ACME, [page(7)])
    assert path(tmp_path).read_bytes() == before


def test_a_new_key_of_the_same_company_opens_nothing_old(vault: Vault, tmp_path: Path) -> None:
    vault.store(ACME, whole(1))
    (tmp_path / "keys" / "cli_acme.key").write_bytes(bytes(32))
    with pytest.raises(KeyGone, match="not the one that sealed"):
        wav(vault)


def test_a_folder_of_keys_that_is_away_destroys_nothing(vault: Vault, tmp_path: Path) -> None:
    (tmp_path / "keys").rename(tmp_path / "elsewhere")
    with pytest.raises(Unavailable, match="keys is away"):
        vault.store(ACME, [page(0)])
    (tmp_path / "elsewhere").rename(tmp_path / "keys")
    vault.store(ACME, [page(0)])


def test_a_file_that_is_put_in_another_calls_place_is_not_readable(
    vault: Vault, tmp_path: Path
) -> None:
    vault.store(ACME, whole(1))
    moved = Whose("out_demo", "cli_acme", "con_2")
    path(tmp_path).rename(path(tmp_path).with_name("con_2.pages"))
    with pytest.raises(KeyGone):
        b"".join(again(tmp_path).wav(moved))


def test_a_plain_file_of_an_older_release_is_read_and_gone_on_with(
    vault: Vault, tmp_path: Path
) -> None:
    path(tmp_path).parent.mkdir(parents=True)
    path(tmp_path).write_bytes(slips(whole()[:-1])[1])
    vault.store(ACME, whole()[-1:])
    content = vault.content(ACME)
    assert isinstance(content, Whole)
    assert content == again(tmp_path).content(ACME)
    sealed = Whose("out_demo", "cli_acme", "con_2")
    vault.store(sealed, whole())
    assert vault.content(sealed) == content
    assert b"".join(vault.wav(sealed)) == wav(vault)


def test_pauses_are_in_the_manifest_of_this_process_and_the_next(
    vault: Vault, tmp_path: Path
) -> None:
    pages = [
        page(number, track, last=number == 1, pauses=((4_000, 4_000),) if number == 0 else ())
        for number in range(2)
        for track in (1, 2, 3)
    ]
    vault.store(ACME, pages)
    for vault_ in (vault, again(tmp_path)):
        content = vault_.content(ACME)
        assert isinstance(content, Whole)
        assert content.pauses == (Pause(from_ms=500, to_ms=1_000),)
        vault_.store(ACME, pages)


def test_a_removed_recording_is_gone(vault: Vault, tmp_path: Path) -> None:
    vault.store(ACME, whole())
    assert vault.size(ACME) == path(tmp_path).stat().st_size
    assert vault.remove(ACME)
    assert not path(tmp_path).exists()
    assert not vault.remove(ACME)
    assert vault.size(ACME) == 0
