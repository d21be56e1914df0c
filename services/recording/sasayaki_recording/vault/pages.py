"""Pages as the vault's files hold them, and what follows from the set of them. No I/O.

A file is the pages of one call in the order in which they came, each behind its length and the
CRC-32 of its bytes (both 32-bit little-endian). A crash can tear the last one only: reading stops
there, and writing goes on from there. There are two forms (docs/adr/0019):

- sealed: the file begins with `MAGIC`; of a page, the samples are encrypted and the rest is
  authenticated with them. The CRC is that of what stands there, so that a torn page is found, and
  a call's pages are counted, without the key;
- plain, of releases before 0.2: no magic, samples as they are. Read, and gone on with, as begun.
"""

import struct
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from sasayaki.recording.v1.recording_events import Pause

RATE_HZ = 8_000
PAGE_SAMPLES_MAX = RATE_HZ
PAGES_MAX = 24 * 3_600
"""Of one track: a day."""
PAUSES_MAX = 50
"""Paused stretches of one page: none is shorter than a packet of 20 ms."""
SILENCE = 0xFF
"""Zero in µ-law."""
MAGIC = b"SASPAGE2"
SEAL_BYTES = 12 + 16
"""Nonce before, tag behind the encrypted samples."""
_PREFIX = struct.Struct("<II")
# Track, whether it is the last, number, start in ms, gap samples, opening of the tap in µs.
_HEAD = struct.Struct("<BBIIIq")
# The same, then the number of samples and of paused stretches.
_SEALED_HEAD = struct.Struct("<BBIIIqHH")
_STRETCH = struct.Struct("<HH")
PREFIX_BYTES = _PREFIX.size
RECORD_BYTES_MAX = (
    _PREFIX.size + _SEALED_HEAD.size + PAUSES_MAX * _STRETCH.size + SEAL_BYTES + PAGE_SAMPLES_MAX
)

CUSTOMER, OPERATOR, SUPERVISOR = 1, 2, 3
TRACKS = (CUSTOMER, OPERATOR, SUPERVISOR)
ALL = frozenset(TRACKS)

Stretch: TypeAlias = tuple[int, int]
"""First sample and number of samples, in a page."""


@dataclass(frozen=True, slots=True)
class Page:
    """Up to one second of one track, µ-law; `start_ms` counts from the opening of the tap."""

    track: int
    number: int
    start_ms: int
    pcmu: bytes
    gap_samples: int
    opened_at_us: int
    last: bool
    pauses: tuple[Stretch, ...] = ()


@dataclass(frozen=True, slots=True)
class Slip:
    """What is remembered of a stored page: everything but its samples, and where those are."""

    track: int
    number: int
    start_ms: int
    samples: int
    gap_samples: int
    opened_at_us: int
    last: bool
    pauses: tuple[Stretch, ...]
    at: int

    @property
    def first_sample(self) -> int:
        return self.start_ms * RATE_HZ // 1_000

    @property
    def end_sample(self) -> int:
        return self.first_sample + self.samples


Slips = Mapping[tuple[int, int], Slip]
"""The pages of one call by track and number."""


def slip_of(page: Page, at: int) -> Slip:
    """The slip of a page whose samples begin at byte `at` of the file."""
    return Slip(
        track=page.track,
        number=page.number,
        start_ms=page.start_ms,
        samples=len(page.pcmu),
        gap_samples=page.gap_samples,
        opened_at_us=page.opened_at_us,
        last=page.last,
        pauses=page.pauses,
        at=at,
    )


def plain_head(slip: Slip) -> bytes:
    """What stands before the samples in a plain file."""
    return _HEAD.pack(
        slip.track, slip.last, slip.number, slip.start_ms, slip.gap_samples, slip.opened_at_us
    )


def sealed_head(slip: Slip) -> bytes:
    """What stands before the sealed samples, and is authenticated with them."""
    head = _SEALED_HEAD.pack(
        slip.track,
        slip.last,
        slip.number,
        slip.start_ms,
        slip.gap_samples,
        slip.opened_at_us,
        slip.samples,
        len(slip.pauses),
    )
    return head + b"".join(_STRETCH.pack(*stretch) for stretch in slip.pauses)


def record(head: bytes, samples: bytes) -> bytes:
    """A page as the file holds it; `samples` are sealed if the file is."""
    body = head + samples
    return _PREFIX.pack(len(body), zlib.crc32(body)) + body


def is_plain(content: bytes) -> bool:
    """Whether a file that begins like this is in the plain form; one torn in its magic is not."""
    return content[: len(MAGIC)] != MAGIC[: len(content)]


def slips_in(content: bytes) -> Iterator[tuple[int, Slip]]:
    """The slip of each whole page of a file's bytes, and where the record after it begins."""
    plain = is_plain(content)
    at = 0 if plain else len(MAGIC)
    while at + _PREFIX.size <= len(content):
        length, crc = _PREFIX.unpack_from(content, at)
        at += _PREFIX.size
        body = content[at : at + length]
        if len(body) < max(length, _HEAD.size) or zlib.crc32(body) != crc:
            return
        yield at + length, (_plain_slip(body, at) if plain else _sealed_slip(body, at))
        at += length


def _plain_slip(body: bytes, at: int) -> Slip:
    track, last, number, start_ms, gap_samples, opened_at_us = _HEAD.unpack_from(body)
    samples = len(body) - _HEAD.size
    return Slip(
        track, number, start_ms, samples, gap_samples, opened_at_us, bool(last), (), at + _HEAD.size
    )


def _sealed_slip(body: bytes, at: int) -> Slip:
    track, last, number, start_ms, gap_samples, opened_at_us, samples, paused = (
        _SEALED_HEAD.unpack_from(body)
    )
    behind = _SEALED_HEAD.size + paused * _STRETCH.size
    pauses = tuple(_STRETCH.iter_unpack(body[_SEALED_HEAD.size : behind]))
    return Slip(
        track,
        number,
        start_ms,
        samples,
        gap_samples,
        opened_at_us,
        bool(last),
        pauses,
        at + behind,
    )


def silenced(pcmu: bytes, pauses: Iterable[Stretch]) -> bytes:
    """The samples with silence in the paused stretches, whatever came there."""
    quiet = bytearray(pcmu)
    for first, samples in pauses:
        quiet[first : first + samples] = bytes([SILENCE]) * len(quiet[first : first + samples])
    return bytes(quiet)


def pauses_of(slips: Slips) -> tuple[Pause, ...]:
    """The stretches of the timeline that are paused in any track, joined where they touch."""
    stretches = sorted(
        (slip.first_sample + first, slip.first_sample + first + samples)
        for slip in slips.values()
        for first, samples in slip.pauses
    )
    joined: list[Stretch] = []
    for begin, end in stretches:
        if joined and begin <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], end))
        else:
            joined.append((begin, end))
    return tuple(
        # Outwards: no millisecond in which something was not written stands outside.
        Pause(from_ms=begin * 1_000 // RATE_HZ, to_ms=-(-end * 1_000 // RATE_HZ))
        for begin, end in joined
    )


def is_whole(slips: Slips) -> bool:
    """Whether every track has its last page and none is missing before it."""
    lasts = {slip.track: slip.number for slip in slips.values() if slip.last}
    # Numbers count from 0, and none can be there twice.
    return lasts.keys() == set(TRACKS) and len(slips) == sum(lasts.values()) + len(TRACKS)


def in_order(slips: Slips, track: int) -> list[Slip]:
    """The pages of a track that there are, by number."""
    return sorted((s for s in slips.values() if s.track == track), key=lambda s: s.number)


def end_sample(slips: Slips) -> int:
    """The length of the recording as far as there are pages, in samples."""
    return max((slip.end_sample for slip in slips.values()), default=0)
