"""Ships recorded pages from the node's spool to the recording service.

A page leaves the spool when recording has it on disk. Where each file has been shipped to is kept
in a file beside them, written after the acknowledgement: a crash in between sends pages again,
and recording passes over those that it has. While recording is away the spool grows; that is all.
"""

import asyncio
import json
import logging
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Protocol

from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp

from sasayaki.media.node.v1 import node_pb2 as node
from sasayaki.recording.v1 import recording_service_pb2 as pb
from sasayaki_chassis.ids import uuid7
from sasayaki_chassis.owner import Unavailable
from sasayaki_chassis.peers import Rejected
from sasayaki_media.calls.switchboard import Switchboard
from sasayaki_media.metrics import PAGES, SHIP_RETRIES, TORN
from sasayaki_media.sound import spool
from sasayaki_media.sound.spool import Spooled, SpoolFile

BATCH_PAGES_MAX = 300
LOOK_EVERY = timedelta(milliseconds=100)
"""How long the spool is left alone, for pages of many calls to come together: part of the second
within which a page is stored."""
RETRY_S = (0.1, 2.0)
"""First and longest wait before an upload is tried again."""
FOR_GOOD = frozenset(("ALREADY_EXISTS", "INVALID_ARGUMENT"))
"""Answers about the pages themselves; any other may be another one the next time."""
POSITIONS = "shipped.json"
REFUSED = "refused.pages"
"""Pages that recording would not take, kept for a person to look at; same form as the spool's."""

log = logging.getLogger(__name__)


class Peer(Protocol):
    """The other services; raises Unavailable, or Rejected when a repeat would not help."""

    async def send(self, request: Message) -> Message: ...


class Shipper:
    """Follows the spool files and uploads what is in them, each file from where it was left."""

    def __init__(self, folder: Path, peers: Peer, calls: Switchboard) -> None:
        self._folder = folder
        self._peers = peers
        self._calls = calls
        self._folder.mkdir(parents=True, exist_ok=True)
        self._positions = _read_positions(folder / POSITIONS)

    async def run(self) -> None:
        """Ships for ever."""
        await self._calls.serving()
        while True:
            await self.ship()
            await asyncio.sleep(LOOK_EVERY.total_seconds())

    async def ship(self) -> None:
        """One round over all files."""
        found = await asyncio.to_thread(spool.files, self._folder)
        for file in found:
            await self._ship_file(file)
        self._forget_all_but(found)

    async def _ship_file(self, file: SpoolFile) -> None:
        name = file.path.name
        start = self._positions.get(name, 0)
        spooled = await asyncio.to_thread(spool.read, file.path, start)
        for first in range(0, len(spooled.pages), BATCH_PAGES_MAX):
            await self._upload(spooled.pages[first : first + BATCH_PAGES_MAX])
        if spooled.end > start:
            self._positions[name] = spooled.end
            await asyncio.to_thread(_write_positions, self._folder / POSITIONS, self._positions)
        elif file.closed:
            self._remove(file, spooled)

    def _remove(self, file: SpoolFile, spooled: Spooled) -> None:
        """A closed file goes when nothing more can be read from it."""
        if not spooled.whole:
            TORN.inc()
            log.warning("torn_spool_file", extra={"file": file.path.name, "at": spooled.end})
        file.path.unlink()

    def _forget_all_but(self, found: Sequence[SpoolFile]) -> None:
        there = {file.path.name for file in found}
        self._positions = {name: at for name, at in self._positions.items() if name in there}

    async def _upload(self, spooled: Sequence[node.SpoolPage]) -> None:
        """Returns when recording has the pages, or has refused them for good."""
        pages = [page for page in map(self._page, spooled) if page]
        PAGES.labels("orphaned").inc(len(spooled) - len(pages))
        if not pages:
            return
        try:
            await self._insist(pages)
        except Rejected as rejected:
            if len(pages) == 1:
                await asyncio.to_thread(self._set_aside, spooled[0], str(rejected))
                return
            for page in spooled:  # so that one that is refused takes no other with it
                await self._upload([page])
            return
        PAGES.labels("shipped").inc(len(pages))

    async def _insist(self, pages: Sequence[pb.Page]) -> None:
        """Tries until recording answers about these pages; Rejected: it won't have them."""
        request = pb.UploadPagesRequest(request_id=f"upload/{uuid7()}", pages=pages)
        wait_s = RETRY_S[0]
        while True:
            try:
                await self._peers.send(request)
            except (Unavailable, Rejected) as error:
                if isinstance(error, Rejected) and error.code in FOR_GOOD:
                    raise
                SHIP_RETRIES.inc()
                log.warning("upload_failed", extra={"error": str(error)})
                await asyncio.sleep(wait_s)
                wait_s = min(wait_s * 2, RETRY_S[1])
            else:
                return

    def _page(self, spooled: node.SpoolPage) -> pb.Page | None:
        """The page as recording takes it; None when it belongs to no call in history."""
        meta = self._calls.meta(spooled.contact_id)
        if meta is None:
            log.warning("orphaned_page", extra={"contact_id": spooled.contact_id})
            return None
        return pb.Page(
            contact_id=spooled.contact_id,
            client_id=meta.client_id or "",
            # Both enums say customer, operator, supervisor with the same numbers.
            track=spooled.track,  # type: ignore[arg-type]
            number=spooled.number,
            start_ms=spooled.start_ms,
            pcmu=spooled.pcmu,
            gap_samples=sum(gap.samples for gap in spooled.gaps),
            opened_at=_timestamp(spooled.opened_at_us),
            last=spooled.last,
            pauses=(
                pb.PausedStretch(from_sample=pause.from_sample, samples=pause.samples)
                for pause in spooled.pauses
            ),
        )

    def _set_aside(self, spooled: node.SpoolPage, why: str) -> None:
        PAGES.labels("refused").inc()
        log.error("page_refused", extra={"contact_id": spooled.contact_id, "why": why})
        with (self._folder / REFUSED).open("ab") as file:
            file.write(spool.record(spooled))


def _timestamp(microseconds: int) -> Timestamp:
    stamp = Timestamp()
    stamp.FromMicroseconds(microseconds)
    return stamp


def _read_positions(path: Path) -> dict[str, int]:
    try:
        found = json.loads(path.read_text())
    except (OSError, ValueError):
        return {}  # shipped again from the start: recording passes over what it has
    return {str(name): int(at) for name, at in found.items()}


def _write_positions(path: Path, positions: dict[str, int]) -> None:
    """Whole or not at all; unsynced, because an older one only costs sending again."""
    fresh = path.with_suffix(".new")
    fresh.write_text(json.dumps(positions))
    fresh.replace(path)
