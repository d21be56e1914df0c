"""A client company's key seals its recordings, each call's apart, and finds its callers."""

from pathlib import Path

import pytest
from tests.unit.recording.stored import ACME, keys_in, page

from sasayaki_media.caller import caller_hash
from sasayaki_recording.vault.keys import KeyGone, Keys, Whose
from sasayaki_recording.vault.pages import Page, sealed_head, slip_of

VOICE = page(0)
HEAD = sealed_head(slip_of(VOICE, 0))


@pytest.fixture
def keys(tmp_path: Path) -> Keys:
    return keys_in(tmp_path / "keys", "cli_acme", "cli_other")


def test_what_was_sealed_is_opened(keys: Keys) -> None:
    sealed = keys.seal(ACME).seal(HEAD, VOICE.pcmu)
    assert keys.seal(ACME).open(HEAD, sealed) == VOICE.pcmu


@pytest.mark.parametrize(
    "other",
    [
        Whose("out_demo", "cli_acme", "con_2"),
        Whose("out_other", "cli_acme", "con_1"),
        Whose("out_demo", "cli_other", "con_1"),
    ],
    ids=["another call", "another tenant", "another company"],
)
def test_no_others_key_opens_it(keys: Keys, other: Whose) -> None:
    sealed = keys.seal(ACME).seal(HEAD, VOICE.pcmu)
    with pytest.raises(KeyGone):
        keys.seal(other).open(HEAD, sealed)


@pytest.mark.parametrize(
    "moved",
    [page(1), page(0, 2), page(0, last=True), page(0, pauses=((0, 80),)), page(0, gap_samples=1)],
    ids=["number", "track", "last", "pauses", "gap"],
)
def test_a_page_cannot_be_passed_off_as_another(keys: Keys, moved: Page) -> None:
    sealed = keys.seal(ACME).seal(HEAD, VOICE.pcmu)
    with pytest.raises(KeyGone):
        keys.seal(ACME).open(sealed_head(slip_of(moved, 0)), sealed)


def test_a_changed_byte_is_noticed(keys: Keys) -> None:
    sealed = bytearray(keys.seal(ACME).seal(HEAD, VOICE.pcmu))
    sealed[100] ^= 1
    with pytest.raises(KeyGone):
        keys.seal(ACME).open(HEAD, bytes(sealed))


@pytest.mark.parametrize("content", [b"", b"short", bytes(33)])
def test_what_is_no_key_of_32_bytes_is_none(tmp_path: Path, keys: Keys, content: bytes) -> None:
    (tmp_path / "keys" / "cli_acme.key").write_bytes(content)
    with pytest.raises(KeyGone):
        keys.seal(ACME)


@pytest.mark.parametrize("client_id", ["cli_../../x", "cli_", "sip", "../cli_acme"])
def test_no_company_leads_out_of_the_folder(keys: Keys, client_id: str) -> None:
    with pytest.raises(KeyGone):
        keys.seal(Whose("out_demo", client_id, "con_1"))
    assert keys.caller_hash(client_id, "+81312345678") is None


@pytest.mark.parametrize("number", ["0312345678", "+81312345678", "81312345678", "03-1234-5678"])
def test_a_caller_is_found_by_the_hash_that_media_writes(keys: Keys, number: str) -> None:
    written = caller_hash(bytes([1]) * 32, "+81312345678")
    assert keys.caller_hash("cli_acme", number) == written
    assert keys.caller_hash("cli_other", number) != written
