"""Where the pages are: one append-only file per call, `<tenant>/<contact>.pages`.

Every method blocks; they are called off the loop, for one call at a time. A page that is known
already is passed over if it is equal. What is written is sealed with the client company's key.
"""

import os
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from hashlib import sha256
from pathlib import Path
from re import compile as pattern
from threading import Lock

from sasayaki.recording.v1.recording_events import Track, TrackManifest
from sasayaki_recording.metrics import EVICTED, PAGES, TORN
from sasayaki_recording.recording import Partial, Whole
from sasayaki_recording.vault import wav
from sasayaki_recording.vault.keys import Keys, Seal, Whose
from sasayaki_recording.vault.pages import (
    CUSTOMER,
    MAGIC,
    OPERATOR,
    RATE_HZ,
    SEAL_BYTES,
    SUPERVISOR,
    Page,
    Slip,
    Slips,
    end_sample,
    in_order,
    is_plain,
    is_whole,
    pauses_of,
    plain_head,
    record,
    sealed_head,
    slip_of,
    slips_in,
)
from sasayaki_recording.vault.wav import WHOLE, Hearing
from sasayaki_recording.vault.waveform import Waveform, waveform

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
    plain: bool = False


class Vault:
    """Files below one folder; nothing else may write there."""

    def __init__(self, folder: Path, keys: Keys) -> None:
        self._folder = folder
        self._keys = keys
        # What customers said is for nobody else on the machine.
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._indexes: OrderedDict[Path, _Index] = OrderedDict()
        self._guard = Lock()

    def store(self, whose: Whose, pages: Sequence[Page]) -> None:
        """Appends the pages that are not there yet; they are on disk when this returns.

        Raises DifferentPage or KeyGone, and then none of `pages` is stored. For one call at a time.
        """
        path = self._path(whose)
        index = self._index(path)
        seal = self._seal(whose, index)
        if seal is None:  # the plain form has no place for them
            pages = [replace(page, pauses=()) for page in pages]
        fresh = self._fresh(path, index, pages, seal)
        PAGES.labels("known").inc(len(pages) - len(fresh))
        if fresh:
            self._append(path, index, fresh, seal)
            PAGES.labels("stored").inc(len(fresh))

    def content(self, whose: Whose) -> Whole | Partial:
        """Whether all is there, and then what: reads every page of the call once.

        Raises KeyGone.
        """
        path = self._path(whose)
        index = self._index(path)
        slips = index.slips
        if not is_whole(slips):
            return Partial()
        with _reader(path, self._seal(whose, index)) as read:
            tracks = tuple(_manifest(slips, track, read) for track in _NAMES)
        length_ms = end_sample(slips) * 1_000 // RATE_HZ
        return Whole(length_ms=length_ms, tracks=tracks, pauses=pauses_of(slips))

    def wav(self, whose: Whose, hearing: Hearing = WHOLE) -> Iterator[bytes]:
        """The recording as it stands, as a WAV file in chunks; raises KeyGone at the first."""
        path = self._path(whose)
        index = self._index(path)
        slips = dict(index.slips)
        with _reader(path, self._seal(whose, index)) as read:
            yield from wav.chunks(slips, read, hearing)

    def waveform(self, whose: Whose, hearing: Hearing = WHOLE) -> Waveform:
        """How loud the recording is as it stands; raises KeyGone."""
        path = self._path(whose)
        index = self._index(path)
        slips = dict(index.slips)
        with _reader(path, self._seal(whose, index)) as read:
            return waveform(slips, read, hearing)

    def size(self, whose: Whose) -> int:
        """Bytes of the call's file; 0 without one."""
        path = self._path(whose)
        return path.stat().st_size if path.exists() else 0

    def remove(self, whose: Whose) -> bool:
        """Removes the call's file for good; whether there was one."""
        path = self._path(whose)
        with self._guard:
            self._indexes.pop(path, None)
        try:
            path.unlink()
        except FileNotFoundError:
            return False
        _sync_folder(path.parent)
        return True

    def _path(self, whose: Whose) -> Path:
        for name in (whose.tenant_id, whose.contact_id):
            if not _PLAIN.fullmatch(name):
                raise ValueError(f"no name for a file: {name[:40]!r}")
        return self._folder / whose.tenant_id / f"{whose.contact_id}.pages"

    def _seal(self, whose: Whose, index: _Index) -> Seal | None:
        """None for a file that was begun in the plain form."""
        return None if index.plain else self._keys.seal(whose)

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

    def _fresh(
        self, path: Path, index: _Index, pages: Sequence[Page], seal: Seal | None
    ) -> list[Page]:
        """The pages to add, each once; raises DifferentPage."""
        fresh: dict[tuple[int, int], Page] = {}
        known = [page for page in pages if (page.track, page.number) in index.slips]
        if known:
            with _reader(path, seal) as read:
                for page in known:
                    slip = index.slips[page.track, page.number]
                    if slip_of(page, slip.at) != slip or read(slip) != page.pcmu:
                        raise _different(page)
        for page in pages:
            key = (page.track, page.number)
            if key not in index.slips and fresh.setdefault(key, page) != page:
                raise _different(page)
        return list(fresh.values())

    def _append(self, path: Path, index: _Index, pages: Sequence[Page], seal: Seal | None) -> None:
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
            if at == 0 and seal is not None:
                at += file.write(MAGIC)
            for page in pages:
                written = _record(page, seal)
                samples = len(page.pcmu) + (SEAL_BYTES if seal else 0)
                at += file.write(written)
                slips.append(slip_of(page, at - samples))
            file.flush()
            os.fsync(file.fileno())
        if first:
            _sync_folder(path.parent)
        index.slips.update({(slip.track, slip.number): slip for slip in slips})
        index.bytes = at


def _record(page: Page, seal: Seal | None) -> bytes:
    slip = slip_of(page, 0)
    if seal is None:
        return record(plain_head(slip), page.pcmu)
    head = sealed_head(slip)
    return record(head, seal.seal(head, page.pcmu))


def _read_index(path: Path) -> _Index:
    index = _Index()
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return index
    for end, slip in slips_in(content):
        index.slips[slip.track, slip.number] = slip
        index.bytes = end
    # A file without one whole page is begun anew, sealed.
    index.plain = bool(index.slips) and is_plain(content)
    if index.bytes < len(content):
        TORN.inc()
    return index


@contextmanager
def _reader(path: Path, seal: Seal | None) -> Iterator[wav.Read]:
    with path.open("rb") as file:

        def read(slip: Slip) -> bytes:
            file.seek(slip.at)
            if seal is None:
                return file.read(slip.samples)
            return seal.open(sealed_head(slip), file.read(slip.samples + SEAL_BYTES))

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
