"""The service's own token is read again when its file changes, and kept while there is none."""

import os
from pathlib import Path

import pytest

from sasayaki_chassis.identity import OwnToken


def written(file: Path, token: str, *, at_ns: int) -> None:
    file.write_text(f"{token}\n")
    os.utime(file, ns=(at_ns, at_ns))


def test_a_token_is_read_again_when_its_file_has_changed(tmp_path: Path) -> None:
    file = tmp_path / "service.jwt"
    written(file, "first", at_ns=1_000)
    token = OwnToken(file)
    assert token.text() == "first"
    written(file, "second", at_ns=2_000)
    assert token.text() == "second"


def test_the_known_token_serves_while_its_file_is_being_replaced(tmp_path: Path) -> None:
    file = tmp_path / "service.jwt"
    written(file, "first", at_ns=1_000)
    token = OwnToken(file)
    assert token.text() == "first"
    file.unlink()
    assert token.text() == "first"
    written(file, "second", at_ns=2_000)
    assert token.text() == "second"


def test_a_service_without_its_token_says_so_at_once(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        OwnToken(tmp_path / "service.jwt").text()


def test_a_service_that_calls_nobody_needs_no_token() -> None:
    assert OwnToken(None).text() == ""
