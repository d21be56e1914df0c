"""Where the pages are: one append-only file per call, `<tenant>/<contact>.pages`.

The service's only I/O beside its stream. Every method blocks; `api.py` calls them off the loop,
for one call at a time. A page that is known already is passed over if it is equal.
"""

import os
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from re import compile as pattern
from threading import Lock

from sasayaki.recording.v1.recording_events import Track, TrackManifest
from sasayaki_recording import wav
from sasayaki_recording.metrics import EVICTED, PAGES, TORN
from sasayaki_recording.pages import (
    CUSTOMER,
    OPERATOR,
    RATE_HZ,
    SUPERVISOR,
    Page,
    Slip,
    Slips,
    decoded,
    encoded,
    end_sample,
    in_order,
    is_whole,
    slip_of,
)
from sasayaki_recording.recording import Partial, Whole

INDEXED_MAX = 4_000
"""Calls whose slips are in memory; those used longest ago are read from their files again."""
_NAMES = {CUSTOMER: Track.CUSTOMER, OPERATOR: Track.OPERATOR, SUPERVISOR: Track.SUPERVISOR}
# What becomes a file name: no dot, no slash.
_PLAIN = pattern(r"[A-Za-z0-9_-]{1,128}")


class DifferentPage(Exception):
    """A page is stored already, with another content."""


@dataclass(slots=True)
class _Index:
    """What one file holds; `bytes` is where its last whole page ends."""

    slips: dict[tuple[int, int], Slip] = field(default_factory=dict)
    bytes: int = 0


class Vault:
    """Files below one folder; nothing else may write there."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        # What customers said is for nobody else on the machine.
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._indexes: OrderedDict[Path, _Index] = OrderedDict()
        self._guard = Lock()

    def store(self, tenant_id: str, contact_id: str, pages: Sequence[Page]) -> None:
        """Appends the pages that are not there yet; they are on disk when this returns.

        Raises DifferentPage, and then none of `pages` is stored. For one call at a time.
        """
        path = self._path(tenant_id, contact_id)
        index = self._index(path)
        fresh = self._fresh(path, index, pages)
        PAGES.labels("known").inc(len(pages) - len(fresh))
        if fresh:
            self._append(path, index, fresh)
            PAGES.labels("stored").inc(len(fresh))

    def content(self, tenant_id: str, contact_id: str) -> Whole | Partial:
        """Whether all is there, and then what: reads every page of the call once."""
        path = self._path(tenant_id, contact_id)
        slips = self._index(path).slips
        if not is_whole(slips):
            return Partial()
        with _reader(path) as read:
            tracks = tuple(_manifest(slips, track, read) for track in _NAMES)
        return Whole(length_ms=end_sample(slips) * 1_000 // RATE_HZ, tracks=tracks)

    def wav(self, tenant_id: str, contact_id: str) -> Iterator[bytes]:
        """The recording as it stands, as a WAV file in chunks."""
        path = self._path(tenant_id, contact_id)
        slips = dict(self._index(path).slips)
        with _reader(path) as read:
            yield from wav.chunks(slips, read)

    def _path(self, tenant_id: str, contact_id: str) -> Path:
        for name in (tenant_id, contact_id):
            if not _PLAIN.fullmatch(name):
                raise ValueError(f"no name for a file: {name[:40]!r}")
        return self._folder / tenant_id / f"{contact_id}.pages"

    def _index(self, path: Path) -> _Index:
        with self._guard:
            if path in self._indexes:
                self._indexes.move_to_end(path)
                return self._indexes[path]
        index = _read_index(path)
        with self._guard:
            index = self._indexes.setdefault(path, index)
            if len(self._indexes) > INDEXED_MAX:
                self._indexes.popitem(last=False)
                EVICTED.inc()
        return index

    def _fresh(self, path: Path, index: _Index, pages: Sequence[Page]) -> list[Page]:
        """The pages to add, each once; raises DifferentPage."""
        fresh: dict[tuple[int, int], Page] = {}
        known = [page for page in pages if (page.track, page.number) in index.slips]
        if known:
            with _reader(path) as read:
                for page in known:
                    slip = index.slips[page.track, page.number]
                    _refuse_other(page, slip_of(page, 0), slip, read(slip))
        for page in pages:
            key = (page.track, page.number)
            if key not in index.slips and fresh.setdefault(key, page) != page:
                raise _different(page)
        return list(fresh.values())

    def _append(self, path: Path, index: _Index, pages: Sequence[Page]) -> None:
        """Writes where the last whole page ends: a torn one of an earlier crash is overwritten."""
        first = not path.exists()
        if not path.parent.exists():
            path.parent.mkdir(exist_ok=True)
            _sync_folder(self._folder)
        at = index.bytes
        slips: list[Slip] = []
        with path.open("r+b" if not first else "xb") as file:
            file.truncate(at)
            file.seek(at)
            for page in pages:
                slips.append(slip_of(page, at))
                at += file.write(encoded(page))
            file.flush()
            os.fsync(file.fileno())
        if first:
            _sync_folder(path.parent)
        index.slips.update({(slip.track, slip.number): slip for slip in slips})
        index.bytes = at


def _read_index(path: Path) -> _Index:
    index = _Index()
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return index
    for end, page in decoded(content):
        index.slips[page.track, page.number] = slip_of(page, index.bytes)
        index.bytes = end
    if index.bytes < len(content):
        TORN.inc()
    return index


@contextmanager
def _reader(path: Path) -> Iterator[wav.Read]:
    with path.open("rb") as file:

        def read(slip: Slip) -> bytes:
            file.seek(slip.at)
            return file.read(slip.samples)

        yield read


def _manifest(slips: Slips, track: int, read: wav.Read) -> TrackManifest:
    pages = in_order(slips, track)
    digest = sha256()
    for slip in pages:
        digest.update(read(slip))
    return TrackManifest(
        track=_NAMES[track],
        pages=len(pages),
        samples=sum(slip.samples for slip in pages),
        gap_samples=sum(slip.gap_samples for slip in pages),
        sha256=digest.hexdigest(),
    )


def _refuse_other(page: Page, slip: Slip, known: Slip, pcmu: bytes) -> None:
    same = (slip.start_ms, slip.gap_samples, slip.opened_at_us, slip.last) == (
        known.start_ms,
        known.gap_samples,
        known.opened_at_us,
        known.last,
    )
    if not same or pcmu != page.pcmu:
        raise _different(page)


def _different(page: Page) -> DifferentPage:
    name = _NAMES[page.track].name.lower()
    return DifferentPage(f"page {page.number} of the {name} is stored with another content")


def _sync_folder(folder: Path) -> None:
    """So that the new file's name survives a power cut too."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
