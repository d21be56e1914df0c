"""Pages as the vault's files hold them, and what follows from the set of them. No I/O.

A file is the pages of one call in the order in which they came, each behind its length and the
CRC-32 of its bytes (both 32-bit little-endian). A crash can tear the last one only: reading stops
there, and writing goes on from there.
"""

import struct
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

RATE_HZ = 8_000
PAGE_SAMPLES_MAX = RATE_HZ
PAGES_MAX = 24 * 3_600
"""Of one track: a day."""
_PREFIX = struct.Struct("<II")
# Track, whether it is the last, number, start in ms, gap samples, opening of the tap in µs.
_HEAD = struct.Struct("<BBIIIq")
PREFIX_BYTES = _PREFIX.size
RECORD_BYTES_MAX = _PREFIX.size + _HEAD.size + PAGE_SAMPLES_MAX

CUSTOMER, OPERATOR, SUPERVISOR = 1, 2, 3
TRACKS = (CUSTOMER, OPERATOR, SUPERVISOR)


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
    at: int

    @property
    def first_sample(self) -> int:
        return self.start_ms * RATE_HZ // 1_000

    @property
    def end_sample(self) -> int:
        return self.first_sample + self.samples


Slips = Mapping[tuple[int, int], Slip]
"""The pages of one call by track and number."""


def encoded(page: Page) -> bytes:
    """The page as the file holds it."""
    head = _HEAD.pack(
        page.track,
        page.last,
        page.number,
        page.start_ms,
        page.gap_samples,
        page.opened_at_us,
    )
    body = head + page.pcmu
    return _PREFIX.pack(len(body), zlib.crc32(body)) + body


def slip_of(page: Page, record_at: int) -> Slip:
    """The slip of a page whose record begins at byte `record_at` of the file."""
    return Slip(
        track=page.track,
        number=page.number,
        start_ms=page.start_ms,
        samples=len(page.pcmu),
        gap_samples=page.gap_samples,
        opened_at_us=page.opened_at_us,
        last=page.last,
        at=record_at + _PREFIX.size + _HEAD.size,
    )


def decoded(content: bytes) -> Iterator[tuple[int, Page]]:
    """Each whole page of a file's bytes and where the record after it begins."""
    at = 0
    while at + _PREFIX.size <= len(content):
        length, crc = _PREFIX.unpack_from(content, at)
        body = content[at + _PREFIX.size : at + _PREFIX.size + length]
        if len(body) < max(length, _HEAD.size) or zlib.crc32(body) != crc:
            return
        at += _PREFIX.size + length
        track, last, number, start_ms, gap_samples, opened_at_us = _HEAD.unpack_from(body)
        pcmu = body[_HEAD.size :]
        yield at, Page(track, number, start_ms, pcmu, gap_samples, opened_at_us, bool(last))


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
