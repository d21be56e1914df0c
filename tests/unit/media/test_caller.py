"""The caller's number: equal callers are recognised, and nobody without the key reads it."""

from base64 import urlsafe_b64decode
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from sasayaki_media.caller import NONCE_BYTES, WITHHELD, derived, hidden, normalised, read_key

ACME = derived("cli_acme", bytes(range(32)))
OTHER = derived("cli_other", bytes(32))
NONCES = (bytes(NONCE_BYTES), b"\x01" * NONCE_BYTES)
NUMBER = "09012345678"


def opened(sealed: str) -> str:
    box = urlsafe_b64decode(sealed + "=" * (-len(sealed) % 4))
    nonce, content = box[:NONCE_BYTES], box[NONCE_BYTES:]
    return AESGCM(ACME.sealing).decrypt(nonce, content, b"cli_acme").decode()


def test_equal_callers_have_equal_hashes_and_different_seals() -> None:
    first, second = (hidden(ACME, NUMBER, nonce) for nonce in NONCES)
    assert first.hash == second.hash
    assert first.sealed != second.sealed


def test_a_hash_is_32_hexadecimal_digits() -> None:
    assert len(hidden(ACME, NUMBER, NONCES[0]).hash) == 32
    int(hidden(ACME, NUMBER, NONCES[0]).hash, 16)


def test_a_caller_of_two_companies_is_not_recognised() -> None:
    assert hidden(ACME, NUMBER, NONCES[0]).hash != hidden(OTHER, NUMBER, NONCES[0]).hash


def test_the_companys_key_opens_the_seal() -> None:
    assert opened(hidden(ACME, NUMBER, NONCES[0]).sealed) == "+819012345678"


def test_the_keys_for_hash_and_seal_differ() -> None:
    assert ACME.hashing != ACME.sealing


@pytest.mark.parametrize(
    ("sent", "same"),
    [
        ("090-1234-5678", "+819012345678"),
        ("+819012345678", "+819012345678"),
        ("819012345678", "+819012345678"),
        ("06 6123 4567", "+81661234567"),
        ("+14155550123", "+14155550123"),
        ("anonymous", "anonymous"),
    ],
)
def test_a_number_is_the_same_however_it_was_sent(sent: str, same: str) -> None:
    assert normalised(sent) == same


def test_a_number_that_is_withheld_leaves_nothing() -> None:
    assert hidden(ACME, "", NONCES[0]) == WITHHELD


def test_a_key_is_read_from_the_companys_file(tmp_path: Path) -> None:
    (tmp_path / "cli_acme.key").write_bytes(bytes(range(32)))
    assert read_key(tmp_path, "cli_acme") == ACME


@pytest.mark.parametrize("client_id", ["cli_other", "../cli_acme", "cli_", "acme", "cli_a/../b"])
def test_there_is_no_key_but_the_companys_own(tmp_path: Path, client_id: str) -> None:
    (tmp_path / "cli_acme.key").write_bytes(bytes(range(32)))
    assert read_key(tmp_path / "keys", client_id) is None


def test_a_file_that_is_no_key_is_none(tmp_path: Path) -> None:
    (tmp_path / "cli_acme.key").write_bytes(b"short")
    assert read_key(tmp_path, "cli_acme") is None
