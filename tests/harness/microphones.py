"""Sounds for a browser's fake microphone."""

from __future__ import annotations

import math
import wave
from array import array
from pathlib import Path

RATE = 48_000
ON_S, OFF_S = 0.4, 0.1
"""Bursts: a browser takes a tone that never ends for noise, and removes it."""


def bursts(path: Path, hertz: float, seconds: float = 10.0) -> Path:
    """Writes a WAV file of bursts of a tone; Chromium plays it again and again."""
    samples = array("h")
    for at in range(int(seconds * RATE)):
        sounds = (at / RATE) % (ON_S + OFF_S) < ON_S
        value = 12_000 * math.sin(2 * math.pi * hertz * at / RATE) if sounds else 0.0
        samples.append(round(value))
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(samples.tobytes())
    return path
