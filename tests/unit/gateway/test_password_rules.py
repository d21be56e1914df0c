"""Which passwords may be set."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from zxcvbn.frequency_lists import FREQUENCY_LISTS

from sasayaki_gateway.accounts import password_rules
from sasayaki_gateway.accounts.password_rules import (
    CONTEXT_WORDS,
    LENGTH_LEAST,
    LENGTH_MOST,
    is_guessable,
    is_leaked,
)

COMMON = FREQUENCY_LISTS["passwords"]


def test_a_password_has_twelve_characters_at_least_and_sixty_four_are_welcome() -> None:
    assert LENGTH_LEAST >= 8
    assert LENGTH_MOST >= 64


def test_every_common_password_that_is_long_enough_is_refused() -> None:
    long = [each for each in COMMON if len(each) >= LENGTH_LEAST]

    assert len(long) > 200
    assert [each for each in long if not is_guessable(each, ())] == []


def test_the_three_thousand_most_common_passwords_are_refused_however_they_are_lengthened() -> None:
    lengthened = [f"{each}{'1234567890!!'[: LENGTH_LEAST - len(each)]}" for each in COMMON[:3000]]

    assert [each for each in lengthened if not is_guessable(each, ())] == []


@pytest.mark.parametrize("word", [each for each in CONTEXT_WORDS if len(each) > 4])
def test_a_word_of_this_trade_and_a_year_are_no_password(word: str) -> None:
    assert is_guessable(f"{word}2026", ())
    assert is_guessable(word * 3, ())


def test_ones_own_name_is_no_password() -> None:
    words = ("misaki_sato", "佐藤 美咲", "サトウ ミサキ", "Misaki Sato")

    for password in (
        "misaki_sato1234",
        "Misaki Sato 2026",
        "佐藤美咲佐藤美咲佐藤美咲",
        "サトウミサキ123456",
    ):
        assert is_guessable(password, words), password


@pytest.mark.parametrize(
    "password",
    [
        "correct horse battery",
        "しずかな湖畔の森のかげから",
        "kx7w2mq9vbz4",
        "only small letters here",
    ],
)
def test_what_is_long_and_strange_enough_will_do_whatever_its_characters_are(password: str) -> None:
    assert not is_guessable(password, ())


@pytest.mark.parametrize("count", [0, 1, 2, 3, 10, 257])
def test_a_leaked_password_is_found_wherever_in_the_file_it_stands(
    tmp_path: Path, count: int
) -> None:
    words = [f"leaked {number}" for number in range(count)]
    hashes = sorted(hashlib.sha1(each.encode()).hexdigest().upper() for each in words)
    file = tmp_path / "leaked.txt"
    file.write_text("".join(f"{each}:{len(each) * 7}\r\n" for each in hashes))

    assert all(is_leaked(each, file) for each in words)
    assert not any(is_leaked(f"{each}!", file) for each in ["", *words])


def test_a_long_password_is_looked_at_in_its_beginning_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    looked: list[str] = []

    def counted(password: str, **_: object) -> dict[str, int]:
        looked.append(password)
        return {"guesses": 10**12}

    monkeypatch.setattr(password_rules, "zxcvbn", counted)
    is_guessable("x" * LENGTH_MOST, ())

    assert looked == ["x" * 72]
