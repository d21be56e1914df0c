"""Words are sealed under the client company's key, and gone with it."""

from pathlib import Path

import pytest

from sasayaki_chassis.decider import Refused
from sasayaki_chassis.seals import Seals

WORDS = "お客様のお名前をもう一度"


@pytest.fixture
def seals(tmp_path: Path) -> Seals:
    (tmp_path / "cli_acme.key").write_bytes(bytes(range(32)))
    (tmp_path / "cli_hana.key").write_bytes(bytes(range(1, 33)))
    return Seals(tmp_path)


def test_what_was_sealed_can_be_opened(seals: Seals) -> None:
    assert seals.open("cli_acme", seals.seal("cli_acme", WORDS)) == WORDS


def test_the_same_words_look_different_every_time(seals: Seals) -> None:
    assert seals.seal("cli_acme", WORDS) != seals.seal("cli_acme", WORDS)


def test_another_company_opens_nothing(seals: Seals) -> None:
    assert seals.open("cli_hana", seals.seal("cli_acme", WORDS)) is None


def test_words_are_gone_with_the_key(seals: Seals, tmp_path: Path) -> None:
    sealed = seals.seal("cli_acme", WORDS)
    (tmp_path / "cli_acme.key").unlink()
    assert seals.open("cli_acme", sealed) is None


def test_nothing_is_written_down_unsealed(seals: Seals) -> None:
    with pytest.raises(Refused) as refused:
        seals.seal("cli_none", WORDS)
    assert refused.value.reason == "NO_KEY"


@pytest.mark.parametrize("client_id", ["", "cli_", "../cli_acme", "cli_acme/../cli_hana"])
def test_an_id_that_is_none_names_no_file(seals: Seals, client_id: str) -> None:
    with pytest.raises(Refused) as refused:
        seals.seal(client_id, WORDS)
    assert refused.value.reason == "NO_KEY"


@pytest.mark.parametrize("sealed", ["", "x", "あ", "AAAA", "!" * 64])
def test_what_was_never_sealed_opens_to_nothing(seals: Seals, sealed: str) -> None:
    assert seals.open("cli_acme", sealed) is None
