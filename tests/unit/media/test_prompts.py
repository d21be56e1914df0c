"""Prompts on disk: whole or not at all, found again after a restart."""

import hashlib
from pathlib import Path

import pytest
from tests.unit.media.sounds import wav

from sasayaki_media.sound.prompts import Prompts, is_sha256
from sasayaki_media.sound.wav import NotAPrompt


def test_a_prompt_is_named_by_its_file(tmp_path: Path) -> None:
    prompts = Prompts(tmp_path)
    sha256, pcmu = prompts.put(wav())
    assert sha256 == hashlib.sha256(wav()).hexdigest()
    assert sha256 in prompts
    assert prompts.pcmu(sha256) == pcmu


def test_a_prompt_is_found_again_after_a_restart(tmp_path: Path) -> None:
    sha256, pcmu = Prompts(tmp_path).put(wav())
    again = Prompts(tmp_path)
    assert again.names() == {sha256}
    assert again.pcmu(sha256) == pcmu


def test_a_prompt_that_is_stored_already_is_stored_once(tmp_path: Path) -> None:
    prompts = Prompts(tmp_path)
    assert prompts.put(wav()) == prompts.put(wav())
    assert len(list(tmp_path.iterdir())) == 1


def test_what_is_no_prompt_is_not_stored(tmp_path: Path) -> None:
    prompts = Prompts(tmp_path)
    with pytest.raises(NotAPrompt):
        prompts.put(b"noise")
    assert not list(tmp_path.iterdir())


def test_a_file_that_a_crash_left_half_written_is_no_prompt(tmp_path: Path) -> None:
    (tmp_path / "tmp1234").write_bytes(wav()[:50])
    assert Prompts(tmp_path).names() == frozenset()


@pytest.mark.parametrize("text", ["", "ab", "AB" * 32, "../" + "a" * 61, "a" * 65])
def test_only_64_lower_case_digits_name_a_prompt(text: str) -> None:
    assert not is_sha256(text)
