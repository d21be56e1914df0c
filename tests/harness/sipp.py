"""sipp as the caller: its scenario, the sound that it plays, and whether it was content."""

from __future__ import annotations

import asyncio
import shutil
import struct
from asyncio.subprocess import DEVNULL, PIPE, STDOUT
from pathlib import Path

import numpy as np
from tests.harness.namespace import Namespace

from sasayaki_demo.sound import MULAW, RATE

CALLS_S = 60.0
EVENT_PACKETS = 8
ENDS = 3
EVENT_PAYLOAD_TYPE = 101
VOLUME = 10
STEP = RATE // 50
# One source whose key comes before its sound.
SOURCE = 0x5A5A0001
KEY_SEQUENCE, KEY_TIME = 1000, 160_000
TONE_SEQUENCE, TONE_TIME = KEY_SEQUENCE + EVENT_PACKETS + ENDS, KEY_TIME + RATE


def write_tone(path: Path, hertz: float, seconds: float) -> None:
    """Writes a capture of a tone at -12 dBFS: each sample's nearest µ-law code."""
    tone = 0.25 * np.sin(2 * np.pi * hertz / RATE * np.arange(int(RATE * seconds)))
    codes = np.abs(MULAW[None, :] - tone[:, None]).argmin(axis=1).astype(np.uint8)
    frames = codes[: len(codes) // STEP * STEP].reshape(-1, STEP)
    _write(
        path,
        [
            _rtp(0, TONE_SEQUENCE + n, TONE_TIME + STEP * n, frame.tobytes())
            for n, frame in enumerate(frames)
        ],
    )


def write_key(path: Path, digit: int) -> None:
    """Writes a capture of one key, RFC 4733: the event grows, and its end comes three times."""
    packets = []
    for number in range(EVENT_PACKETS + ENDS):
        ends = 0x80 if number >= EVENT_PACKETS else 0
        duration = STEP * (min(number, EVENT_PACKETS - 1) + 1)
        event = struct.pack("!BBH", digit, ends | VOLUME, duration)
        packets.append(_rtp(EVENT_PAYLOAD_TYPE, KEY_SEQUENCE + number, KEY_TIME, event))
    _write(path, packets)


def _rtp(payload_type: int, sequence: int, timestamp: int, payload: bytes) -> bytes:
    return struct.pack("!BBHII", 0x80, payload_type, sequence, timestamp, SOURCE) + payload


def _write(path: Path, packets: list[bytes]) -> None:
    """A capture file of packets 20 ms apart; sipp gives them addresses and ports of its own."""
    capture = struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 1)
    for number, packet in enumerate(packets):
        frame = _framed(packet)
        at = divmod(number * 20_000, 1_000_000)
        capture += struct.pack("<IIII", *at, len(frame), len(frame)) + frame
    path.write_bytes(capture)


def _framed(payload: bytes) -> bytes:
    """An Ethernet frame with IPv4 and UDP around a payload, without check sums."""
    udp = struct.pack("!HHHH", 40000, 40002, 8 + len(payload), 0) + payload
    ends = bytes((127, 0, 0, 1)), bytes((127, 0, 0, 1))
    ip = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(udp), 0, 0, 64, 17, 0, *ends)
    return bytes(12) + b"\x08\x00" + ip + udp


async def sipp_calls(
    scenario: Path, number: str, calls: int, *, place: Namespace, server: str, folder: Path
) -> None:
    """Makes calls, two a second; raises RuntimeError unless each went as the scenario says."""
    shutil.copy(scenario, folder / "call.xml")
    command = ["sipp", server, "-sf", "call.xml", "-s", number, "-m", str(calls), "-r", "2"]
    bound = ["-i", place.theirs, "-p", "33200", "-mi", place.theirs, "-mp", "36000"]
    await _content(place.command(*command, *bound, "-nostdin", "-trace_err"), folder)


async def sipp_over_tcp(scenario: Path, number: str, *, server: str, folder: Path) -> None:
    """Makes one call over TCP on this machine; raises RuntimeError unless it went as it says."""
    shutil.copy(scenario, folder / "call.xml")
    command = ["sipp", server, "-sf", "call.xml", "-s", number, "-m", "1", "-t", "t1"]
    bound = ["-i", "127.0.0.1", "-p", "33210", "-mi", "127.0.0.1", "-mp", "36100"]
    await _content([*command, *bound, "-nostdin", "-trace_err"], folder)


async def _content(command: list[str], folder: Path) -> None:
    process = await asyncio.create_subprocess_exec(
        *command,
        cwd=folder,
        stdin=DEVNULL,
        stdout=PIPE,
        stderr=STDOUT,
    )
    try:
        async with asyncio.timeout(CALLS_S):
            told, _ = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode:
        raise RuntimeError(
            f"sipp: {process.returncode}\n{told.decode()[-3000:]}\n{_errors(folder)}"
        )


def _errors(folder: Path) -> str:
    return "".join(file.read_text() for file in folder.glob("*_errors.log"))
