"""What is sealed is opened by its company's key alone."""

import secrets
from pathlib import Path

from sasayaki_media.keys import ClientKeys

DIGITS = "4111111111111111"


def keys_of(folder: Path, *client_ids: str) -> ClientKeys:
    for client_id in client_ids:
        (folder / f"{client_id}.key").write_bytes(secrets.token_bytes(32))
    return ClientKeys(folder)


def test_digits_come_back_by_the_key_that_sealed_them(tmp_path: Path) -> None:
    keys = keys_of(tmp_path, "cli_acme")
    box = keys.seal("cli_acme", DIGITS)
    assert DIGITS not in box
    assert keys.open("cli_acme", box) == DIGITS
    assert keys.open("cli_acme", keys.hide("cli_acme", "09012345678").sealed) == "+819012345678"


def test_no_other_company_opens_them(tmp_path: Path) -> None:
    keys = keys_of(tmp_path, "cli_acme", "cli_hana")
    assert keys.open("cli_hana", keys.seal("cli_acme", DIGITS)) == ""
    (tmp_path / "cli_hana.key").write_bytes((tmp_path / "cli_acme.key").read_bytes())
    assert keys.open("cli_hana", keys.seal("cli_acme", DIGITS)) == ""


def test_a_destroyed_key_opens_and_seals_nothing(tmp_path: Path) -> None:
    keys = keys_of(tmp_path, "cli_acme")
    box = keys.seal("cli_acme", DIGITS)
    (tmp_path / "cli_acme.key").unlink()
    assert keys.open("cli_acme", box) == ""
    assert keys.seal("cli_acme", DIGITS) == ""


def test_what_is_no_box_opens_as_nothing(tmp_path: Path) -> None:
    keys = keys_of(tmp_path, "cli_acme")
    for box in ("", "x", "!!!", "AAAA", "あ", "A" * 200):
        assert keys.open("cli_acme", box) == ""
