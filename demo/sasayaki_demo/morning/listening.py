"""When a customer presses a key or speaks: by the checks' tones, or by the length of speech."""

from __future__ import annotations

import asyncio
import wave
from pathlib import Path
from typing import Protocol

from sasayaki_demo.bots import MENU_HZ, hears

OFFER_HZ = 960.0
BEEP_HZ = 1000.0


class Listening(Protocol):
    """Waits for what a phone is to hear; `capture` is what it has received so far."""

    async def menu(self, capture: Path) -> None:
        """Returns when the menu asks for a key."""

    async def offer(self, capture: Path) -> None:
        """Returns when a waiting customer is offered a call back."""

    async def beep(self, capture: Path) -> None:
        """Returns when a voicemail may be spoken."""


class ByTones:
    """By what is heard."""

    async def menu(self, capture: Path) -> None:
        await hears(capture, MENU_HZ)

    async def offer(self, capture: Path) -> None:
        await hears(capture, OFFER_HZ)

    async def beep(self, capture: Path) -> None:
        await hears(capture, BEEP_HZ)


class ByTime:
    """By how long the words last, from the call's answer or the last key on."""

    def __init__(self, prompts: Path, language: str) -> None:
        self._prompts = prompts
        self._language = language

    async def menu(self, capture: Path) -> None:
        await asyncio.sleep(self._seconds("guidance") + 1.0)

    async def offer(self, capture: Path) -> None:
        words = ("position_before", "number_1", "position_after")
        await asyncio.sleep(sum(self._seconds(word) for word in words) + 1.0)

    async def beep(self, capture: Path) -> None:
        words = ("guidance", "closed", "voicemail")
        await asyncio.sleep(sum(self._seconds(word) for word in words) + 1.5)

    def _seconds(self, prompt: str) -> float:
        return seconds(self._prompts / self._language / f"{prompt}.wav")


def seconds(prompt: Path) -> float:
    """Returns the length of a WAV file."""
    with wave.open(str(prompt)) as file:
        return float(file.getnframes() / file.getframerate())
