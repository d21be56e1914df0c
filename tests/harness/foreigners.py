"""Steers a process of foreign phones (`foreign_phones.py`) from a test."""

from __future__ import annotations

import asyncio
import json
import sys
import wave
from pathlib import Path
from typing import Any

import numpy as np
from tests.harness.waiting import until

from sasayaki_demo.sound import RATE, Samples

PROGRAM = Path(__file__).with_name("foreign_phones.py")
EVENT_S = 15.0


def write_tone(path: Path, hertz: float, seconds: float = 60.0) -> Path:
    """Writes a WAV file of a tone at -12 dBFS."""
    turns = 2 * np.pi * hertz / RATE * np.arange(int(RATE * seconds))
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes((0.25 * 32767 * np.sin(turns)).astype("<i2").tobytes())
    return path


def read_mono(path: Path) -> Samples:
    """Returns the samples of a WAV file that a phone recorded."""
    with wave.open(str(path)) as file:
        return np.frombuffer(file.readframes(file.getnframes()), "<i2") / 32768.0


def is_closed(path: Path) -> bool:
    """Whether the head of a WAV file says how long it is: that is written last."""
    with path.open("rb") as file:
        head = file.read(8)
    return len(head) == 8 and int.from_bytes(head[4:], "little") == path.stat().st_size - 8


class ForeignPhones:
    """The process; what it tells is kept until somebody waits for it."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self._told: list[dict[str, Any]] = []

    @classmethod
    async def start(cls) -> ForeignPhones:
        """Starts the process."""
        return cls(
            await asyncio.create_subprocess_exec(
                sys.executable,
                str(PROGRAM),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.DEVNULL,
            )
        )

    async def do(self, what: str, phone: str, **values: Any) -> None:
        """Tells a phone something."""
        assert self._process.stdin is not None
        line = json.dumps({"do": what, "phone": phone, **values})
        self._process.stdin.write(line.encode() + b"\n")
        await self._process.stdin.drain()

    async def wait(self, event: str, phone: str) -> dict[str, Any]:
        """Returns the next such event of a phone, and forgets it.

        Raises TimeoutError when it does not come.
        """
        assert self._process.stdout is not None
        async with asyncio.timeout(EVENT_S):
            while True:
                for told in self._told:
                    if told["event"] == event and told["phone"] == phone:
                        self._told.remove(told)
                        return told
                line = await self._process.stdout.readline()
                if not line:
                    raise TimeoutError(f"the phones are gone; no {event} of {phone}")
                # The library greets on standard output before our events.
                if line.startswith(b"{"):
                    self._told.append(json.loads(line))

    async def hear(
        self, seconds: float, folder: Path, name: str, *phones: str
    ) -> dict[str, Samples]:
        """Returns what each phone hears from now on for some time."""
        files = {phone: folder / f"{name}-{phone}.wav" for phone in phones}
        for phone, file in files.items():
            await self.do("record", phone, file=str(file))
        await asyncio.sleep(seconds)
        for phone in phones:
            await self.do("stop_recording", phone)
            await self.wait("recorded", phone)
        # The library closes each file at its next clock tick.
        await until(lambda: all(map(is_closed, files.values())))
        return {phone: read_mono(file) for phone, file in files.items()}

    async def stop(self) -> None:
        """Ends the process."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        try:
            async with asyncio.timeout(5):
                await self._process.wait()
        except TimeoutError:
            self._process.kill()
            await self._process.wait()
