"""The demo that people watch."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.harness.running import SOFTPHONE, Running

from sasayaki_demo.tour import tour

PROMPTS = Path(__file__).resolve().parents[2] / "seed" / "prompts"


async def test_rounds_of_the_demo_are_played_to_their_end(
    running: Running, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    await tour(running.endpoints, SOFTPHONE, tmp_path, PROMPTS, calls=5, rounds=2)
    shown = capsys.readouterr().out
    assert shown.count("引き取り has taken over") >= 2
