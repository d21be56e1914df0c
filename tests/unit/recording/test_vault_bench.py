"""The benchmark of the vault stores what it says it stores."""

import json

import pytest

from sasayaki_recording.vault.bench import main


def test_it_stores_finishes_and_gives_out_and_prints_one_json_object(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["--calls", "2", "--seconds", "2"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["pages"] == 2 * 2 * 3
    assert found["wav_bytes"] == 44 + 2 * 8_000 * 6
