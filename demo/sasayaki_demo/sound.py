"""What a phone sent and received, as samples, and which tones are in them.

Written against RFC 3550 and ITU-T G.711 alone: the µ-law decoder and the tone detector share
nothing with the media node that they judge.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

RATE = 8000
"""Samples a second."""
FRAME = 160
"""Samples in a 20 ms packet."""
SILENCE_DBFS = -180.0

Samples = npt.NDArray[np.float64]

_HEADER = np.dtype(
    [("ns", "<u8"), ("seq", "<u2"), ("ts", "<u4"), ("ssrc", "<u4"), ("pt", "u1"), ("len", "<u2")]
)


def _mulaw_table() -> Samples:
    """Returns the 256 values of µ-law as fractions of full scale (G.711, table 2)."""
    code = ~np.arange(256, dtype=np.uint8)
    magnitude = ((((code & 0x0F).astype(np.int64) << 3) + 0x84) << ((code >> 4) & 7)) - 0x84
    return np.where(code & 0x80, -magnitude, magnitude) / 32768.0


MULAW = _mulaw_table()


@dataclass(frozen=True)
class Packets:
    """The sound packets of one leg in one direction, in the order of the socket."""

    ns: npt.NDArray[np.uint64]
    """Wall clock of each packet, nanoseconds: the kernel's for received ones."""
    seq: npt.NDArray[np.uint16]
    ts: npt.NDArray[np.uint32]
    payloads: tuple[bytes, ...]

    def between(self, start_ns: int, end_ns: int) -> Packets:
        """Returns the packets from `start_ns` up to but not `end_ns`."""
        low, high = (int(i) for i in np.searchsorted(self.ns, [start_ns, end_ns]))
        return Packets(
            self.ns[low:high], self.seq[low:high], self.ts[low:high], self.payloads[low:high]
        )

    def samples(self) -> Samples:
        """Returns the sound as it would be played: by RTP time, silence where nothing came."""
        if not self.payloads:
            return np.zeros(0)
        at = (self.ts - self.ts[0]).astype(np.int32).astype(np.int64)
        length = int(max(at + [len(p) for p in self.payloads]))
        played = np.zeros(min(length, RATE * 3600))
        for start, payload in zip(at, self.payloads, strict=True):
            if start >= 0 and start + len(payload) <= len(played):
                played[start : start + len(payload)] = MULAW[np.frombuffer(payload, np.uint8)]
        return played


def read_packets(path: Path) -> Packets:
    """Returns the µ-law packets of a capture file; its last record may be torn.

    The format is in the softphone's README: a 21-byte header and the payload, packet after packet.
    """
    data = path.read_bytes() if path.exists() else b""
    ns, seq, ts, payloads = [], [], [], []
    at = 0
    while at + _HEADER.itemsize <= len(data):
        header = np.frombuffer(data, _HEADER, 1, at)[0]
        at += _HEADER.itemsize
        payload = data[at : at + int(header["len"])]
        at += int(header["len"])
        if len(payload) == header["len"] and header["pt"] == 0:
            ns.append(header["ns"])
            seq.append(header["seq"])
            ts.append(header["ts"])
            payloads.append(payload)
    return Packets(
        np.array(ns, np.uint64), np.array(seq, np.uint16), np.array(ts, np.uint32), tuple(payloads)
    )


@lru_cache(maxsize=64)
def _probe(hertz: float, length: int) -> tuple[npt.NDArray[np.complex128], float]:
    window = np.hanning(length + 2)[1:-1]
    turns = np.exp(-2j * np.pi * hertz / RATE * np.arange(length))
    return window * turns, float(window.sum())


def level(samples: Samples, hertz: float) -> float:
    """Returns the level of a tone, in dB relative to a full-scale sine.

    Goertzel's sum under a Hann window, whose side lobes keep a neighbouring tone out.
    """
    if len(samples) == 0:
        return SILENCE_DBFS
    probe, weight = _probe(hertz, len(samples))
    amplitude = 2 * abs(np.dot(samples, probe)) / weight
    return float(max(20 * np.log10(max(amplitude, 1e-9)), SILENCE_DBFS))


def longest_without(samples: Samples, *tones: float, above_dbfs: float = -30.0) -> float:
    """Returns the longest stretch with none of the tones, ms; looks every 5 ms, 20 ms at a time."""
    step = RATE // 200
    longest = run = 0
    for start in range(0, len(samples) - FRAME + 1, step):
        frame = samples[start : start + FRAME]
        run = 0 if any(level(frame, hertz) > above_dbfs for hertz in tones) else run + 1
        longest = max(longest, run)
    # A silence of x ms empties x - 20 ms worth of windows wholly, and dims those that overlap it.
    return longest * 5.0


def first_frame_with(packets: Packets, hertz: float, *, above_dbfs: float = -30.0) -> int | None:
    """Returns the arrival, in nanoseconds, of the first packet that holds the tone."""
    for ns, payload in zip(packets.ns, packets.payloads, strict=True):
        if level(MULAW[np.frombuffer(payload, np.uint8)], hertz) > above_dbfs:
            return int(ns)
    return None


def heard_ms(packets: Packets, hertz: float, *, above_dbfs: float = -30.0) -> int:
    """Returns for how long the tone was there, in milliseconds, counted in packets."""
    return 20 * sum(
        level(MULAW[np.frombuffer(p, np.uint8)], hertz) > above_dbfs for p in packets.payloads
    )


def is_forwarded(received: Packets, sent: Packets) -> bool:
    """Returns whether the received payloads are a stretch of the sent ones, byte for byte."""
    if not received.payloads:
        return False
    first = received.payloads[0]
    starts = [i for i, payload in enumerate(sent.payloads) if payload == first]
    length = len(received.payloads)
    return any(sent.payloads[i : i + length] == received.payloads for i in starts)
