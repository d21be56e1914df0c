"""A recording as a WAV file: 8 kHz, 16 bit, a channel for each track, made while it is sent.

Channels: customer, operator, supervisor. What no page covers is silence. No I/O of its own:
the samples of a page are asked for when their second comes.
"""

import struct
from collections.abc import Callable, Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from sasayaki_recording.vault.pages import (
    ALL,
    OPERATOR,
    RATE_HZ,
    SILENCE,
    TRACKS,
    Slip,
    Slips,
    Stretch,
    end_sample,
    in_order,
)

CHANNELS = len(TRACKS)
SAMPLE_BYTES = 2
FRAME_BYTES = CHANNELS * SAMPLE_BYTES
HEADER_BYTES = 44

Read = Callable[[Slip], bytes]
"""The µ-law samples of a page."""


@dataclass(frozen=True, slots=True)
class Hearing:
    """What of a recording somebody hears: which tracks, and where the operator's is silent."""

    tracks: AbstractSet[int] = ALL
    hushed: tuple[Stretch, ...] = ()

    def walk(self, slips: Slips, track: int, read: Read) -> "Walk":
        """Pages of a track that is not heard are not even read."""
        heard = in_order(slips, track) if track in self.tracks else []
        return Walk(heard, read, self.hushed if track == OPERATOR else ())


WHOLE = Hearing()


def chunks(slips: Slips, read: Read, hearing: Hearing = WHOLE) -> Iterator[bytes]:
    """The file in pieces of at most 64 KiB: the header, then a second at a time."""
    samples = end_sample(slips)
    yield header(samples)
    tracks = [hearing.walk(slips, track, read) for track in TRACKS]
    for first in range(0, samples, RATE_HZ):
        count = min(RATE_HZ, samples - first)
        yield interleaved([track.samples(first, count) for track in tracks])


def header(samples: int) -> bytes:
    """The RIFF header of a file with `samples` samples in each channel."""
    data = samples * FRAME_BYTES
    return struct.pack(
        "<4sI4s4sIHHIIHH4sI",
        b"RIFF",
        HEADER_BYTES - 8 + data,
        b"WAVE",
        b"fmt ",
        16,
        1,  # PCM
        CHANNELS,
        RATE_HZ,
        RATE_HZ * FRAME_BYTES,
        FRAME_BYTES,
        8 * SAMPLE_BYTES,
        b"data",
        data,
    )


def interleaved(tracks: list[bytes]) -> bytes:
    """µ-law samples of each track as 16 bit frames; a table per byte, so nothing is looped over."""
    frames = bytearray(len(tracks[0]) * FRAME_BYTES)
    for channel, pcmu in enumerate(tracks):
        at = channel * SAMPLE_BYTES
        frames[at::FRAME_BYTES] = pcmu.translate(_LOW)
        frames[at + 1 :: FRAME_BYTES] = pcmu.translate(_HIGH)
    return bytes(frames)


class Walk:
    """Walks over the pages of one track; a page stays at hand until its end has been asked for."""

    def __init__(self, slips: list[Slip], read: Read, hushed: tuple[Stretch, ...] = ()) -> None:
        self._slips = sorted(slips, key=lambda slip: slip.first_sample)
        self._read = read
        self._hushed = hushed
        self._next = 0
        self._open: list[tuple[Slip, bytes]] = []

    def samples(self, first: int, count: int) -> bytes:
        """`count` samples from `first` on, which never goes back."""
        end = first + count
        while self._next < len(self._slips) and self._slips[self._next].first_sample < end:
            slip = self._slips[self._next]
            self._open.append((slip, self._read(slip)))
            self._next += 1
        window = bytearray([SILENCE]) * count
        for slip, pcmu in self._open:
            start, stop = max(first, slip.first_sample), min(end, slip.end_sample)
            if start < stop:
                piece = pcmu[start - slip.first_sample : stop - slip.first_sample]
                window[start - first : stop - first] = piece
        self._open = [(slip, pcmu) for slip, pcmu in self._open if slip.end_sample > end]
        for begin, length in self._hushed:
            start, stop = max(first, begin), min(end, begin + length)
            if start < stop:
                window[start - first : stop - first] = bytes([SILENCE]) * (stop - start)
        return bytes(window)


def linear(code: int) -> int:
    """A µ-law byte as a 16 bit sample (G.711)."""
    inverted = ~code & 0xFF
    exponent, mantissa = inverted >> 4 & 0x07, inverted & 0x0F
    magnitude = ((mantissa << 3) + 132 << exponent) - 132
    return -magnitude if inverted & 0x80 else magnitude


_LOW = bytes(linear(code) & 0xFF for code in range(256))
_HIGH = bytes(linear(code) >> 8 & 0xFF for code in range(256))
