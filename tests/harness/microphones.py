"""Sounds for a browser's fake microphone."""

from __future__ import annotations

import math
import wave
from array import array
from pathlib import Path

RATE = 48_000
ON_S, OFF_S = 0.4, 0.1
"""Bursts: a browser takes a tone that never ends for noise, and removes it."""
EDGE_S = 0.01
"""A burst swells and fades so long: a click has every tone in it."""


def bursts(path: Path, hertz: float, seconds: float = 10.0) -> Path:
    """Writes a WAV file of bursts of a tone; Chromium plays it again and again."""
    samples = array("h")
    for at in range(int(seconds * RATE)):
        value = 12_000 * _loudness(at / RATE) * math.sin(2 * math.pi * hertz * at / RATE)
        samples.append(round(value))
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(samples.tobytes())
    return path


def _loudness(at_s: float) -> float:
    into = at_s % (ON_S + OFF_S)
    edge = min(into, ON_S - into) / EDGE_S
    return 0.5 - 0.5 * math.cos(math.pi * min(1.0, max(0.0, edge)))
