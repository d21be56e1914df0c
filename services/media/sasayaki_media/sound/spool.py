"""The node's spool files: which there are, and the pages in them.

A record stands behind its length and the CRC-32 of its bytes, both 32-bit little-endian. A record
that is not whole ends a file for the time being: the node is still writing it. Once the node has
begun a newer file, nothing is added to the older one.
"""

import re
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sasayaki.media.node.v1 import node_pb2 as pb

PREFIX_BYTES = 8
READ_BYTES = 1024 * 1024
"""Bytes taken from a file at once: some 120 pages."""
RECORD_BYTES_MAX = 64 * 1024
"""A page has 8,000 samples; a longer record is none."""
_NAME = re.compile(r"(\d+)-(\d+)-(\d+)\.spool")


@dataclass(frozen=True, slots=True)
class Spooled:
    """Pages from one file, up to byte `end`; `whole` says that no byte stands behind them."""

    pages: tuple[pb.SpoolPage, ...]
    end: int
    whole: bool


@dataclass(frozen=True, slots=True)
class SpoolFile:
    """`closed`: the node writes to a newer one."""

    path: Path
    closed: bool


def read(path: Path, start: int) -> Spooled:
    """The whole records from byte `start` on, as many as fit into one reading."""
    with path.open("rb") as file:
        file.seek(start)
        content = file.read(READ_BYTES)
        more = bool(file.read(1))
    pages: list[pb.SpoolPage] = []
    at = 0
    while (body := _record(content, at)) is not None:
        pages.append(pb.SpoolPage.FromString(body))
        at += PREFIX_BYTES + len(body)
    return Spooled(tuple(pages), start + at, at == len(content) and not more)


def files(folder: Path) -> Sequence[SpoolFile]:
    """All spool files in the order of writing.

    Names are `<run>-<thread>-<number>.spool`, digits with leading zeros; a file is closed once its
    thread has begun a later one or the node a new run.
    """
    found = sorted(
        (named[1], named[2], named[3], path)
        for path in folder.glob("*.spool")
        if (named := _NAME.fullmatch(path.name))
    )
    last = {thread: (run, number) for run, thread, number, _ in found}
    newest_run = found[-1][0] if found else ""
    return [
        SpoolFile(path, closed=run < newest_run or (run, number) < last[thread])
        for run, thread, number, path in found
    ]


def record(page: pb.SpoolPage) -> bytes:
    """The page as a spool file holds it."""
    body = page.SerializeToString()
    prefix = len(body).to_bytes(4, "little") + zlib.crc32(body).to_bytes(4, "little")
    return prefix + body


def _record(content: bytes, at: int) -> bytes | None:
    """The bytes of the record at `at`; None if it is not there whole."""
    length, crc = (
        int.from_bytes(content[at : at + 4], "little"),
        int.from_bytes(content[at + 4 : at + PREFIX_BYTES], "little"),
    )
    body = content[at + PREFIX_BYTES : at + PREFIX_BYTES + length]
    whole = 0 < length <= RECORD_BYTES_MAX and len(body) == length
    return body if whole and zlib.crc32(body) == crc else None
