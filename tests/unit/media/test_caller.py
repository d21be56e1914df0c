"""The caller's number: equal callers are recognised, and nobody without the key reads it."""

from base64 import urlsafe_b64decode
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from sasayaki_media.caller import WITHHELD, caller_hash, normalised
from sasayaki_media.keys import ClientKeys

ACME, OTHER = bytes(range(32)), bytes(32)
NUMBER = "09012345678"


@pytest.fixture
def keys(tmp_path: Path) -> ClientKeys:
    (tmp_path / "cli_acme.key").write_bytes(ACME)
    (tmp_path / "cli_other.key").write_bytes(OTHER)
    return ClientKeys(tmp_path)


def test_equal_callers_have_equal_hashes_and_different_seals(keys: ClientKeys) -> None:
    first, second = (keys.hide("cli_acme", NUMBER) for _ in range(2))
    assert first.hash == second.hash
    assert first.sealed != second.sealed


def test_a_hash_is_32_hexadecimal_digits() -> None:
    assert len(caller_hash(ACME, NUMBER)) == 32
    int(caller_hash(ACME, NUMBER), 16)


def test_a_hash_is_the_same_by_whichever_build_it_was_written() -> None:
    assert caller_hash(ACME, NUMBER) == "11585697693038e0d2e329cf81c4a309"


def test_a_caller_of_two_companies_is_not_recognised(keys: ClientKeys) -> None:
    assert keys.hide("cli_acme", NUMBER).hash != keys.hide("cli_other", NUMBER).hash


def test_the_companys_key_opens_the_seal(keys: ClientKeys) -> None:
    """As integrators open it: docs/analysts.md says how."""
    sealed = keys.hide("cli_acme", NUMBER).sealed
    box = urlsafe_b64decode(sealed + "=" * (-len(sealed) % 4))
    key = HKDF(SHA256(), 32, salt=None, info=b"sasayaki caller seal").derive(ACME)
    assert AESGCM(key).decrypt(box[:12], box[12:], b"cli_acme") == b"+819012345678"


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


@pytest.mark.parametrize("withheld", ["", " ", "()"])
def test_a_number_that_is_withheld_leaves_nothing(keys: ClientKeys, withheld: str) -> None:
    assert keys.hide("cli_acme", withheld) == WITHHELD


@pytest.mark.parametrize("client_id", ["cli_none", "../cli_acme", "cli_", "acme", "cli_a/../b"])
def test_a_number_is_left_out_rather_than_written_without_the_companys_own_key(
    keys: ClientKeys, client_id: str
) -> None:
    assert keys.hide(client_id, NUMBER) == WITHHELD


def test_a_file_that_is_no_key_hides_nothing(keys: ClientKeys, tmp_path: Path) -> None:
    (tmp_path / "cli_acme.key").write_bytes(b"short")
    assert keys.hide("cli_acme", NUMBER) == WITHHELD
