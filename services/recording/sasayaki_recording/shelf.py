"""A call's stream and file together: what is written to one waits for what is done to the other."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from typing import TypeAlias
from weakref import WeakValueDictionary

from sasayaki.recording.v1.recording_events import RecordingDeleted, RecordingEvent
from sasayaki_chassis.owner import Meta, Owners
from sasayaki_recording.metrics import DELETED, PAGES, SWEPT
from sasayaki_recording.recording import (
    Command,
    Deleted,
    Finished,
    Partial,
    Running,
    State,
    Whole,
)
from sasayaki_recording.vault.keys import KeyGone, Whose
from sasayaki_recording.vault.pages import Page
from sasayaki_recording.vault.vault import Vault
from sasayaki_recording.vault.wav import Hearing
from sasayaki_recording.vault.waveform import Waveform

RecordingOwners: TypeAlias = Owners[State, Command, RecordingEvent]

CALLS_AT_ONCE = 16
"""Calls whose files are written side by side."""
WAVEFORMS_AT_ONCE = 2
"""Recordings that are read whole for a picture; further ones wait: sound that comes in is first."""

log = logging.getLogger(__name__)


class Shelf:
    """Stores pages and removes files, for each call one after another."""

    def __init__(self, owners: RecordingOwners, vault: Vault) -> None:
        self._owners = owners
        self._vault = vault
        # A lock lives as long as somebody holds it or waits for it.
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._room = asyncio.Semaphore(CALLS_AT_ONCE)
        self._drawing = asyncio.Semaphore(WAVEFORMS_AT_ONCE)

    def meta(self, contact_id: str) -> Meta | None:
        """Whose the recording is; None when there is none."""
        return self._owners.meta(contact_id)

    def whose(self, contact_id: str, meta: Meta) -> Whose:
        """The call that a stream is about."""
        return Whose(meta.tenant_id, meta.client_id or "", contact_id)

    def is_deleted(self, contact_id: str) -> bool:
        return isinstance(self._owners.state(contact_id), Deleted)

    def is_held(self, contact_id: str) -> bool:
        state = self._owners.state(contact_id)
        return isinstance(state, Running | Finished) and bool(state.kept.holds)

    async def all_serving(self) -> None:
        await self._owners.all_serving()

    def owns(self, contact_id: str) -> bool:
        return self._owners.owns(contact_id)

    async def store(self, whose: Whose, pages: Sequence[Page]) -> Whole | Partial | None:
        """Stores pages and says what is there now; None when they are passed over.

        Raises DifferentPage.
        """
        async with self._alone(whose.contact_id):
            if self.is_deleted(whose.contact_id):
                PAGES.labels("deleted").inc(len(pages))
                return None
            try:
                return await asyncio.to_thread(self._store, whose, pages)
            except KeyGone as gone:
                PAGES.labels("no_key").inc(len(pages))
                log.warning(
                    "page_not_kept", extra={"contact_id": whose.contact_id, "why": str(gone)}
                )
                return None

    def _store(self, whose: Whose, pages: Sequence[Page]) -> Whole | Partial:
        self._vault.store(whose, pages)
        return self._vault.content(whose)

    def is_running(self, contact_id: str) -> bool:
        """Whether it has begun and lacks pages."""
        return isinstance(self._owners.state(contact_id), Running)

    async def handle(
        self, contact_id: str, command: Command, *, request_id: str, meta: Meta
    ) -> tuple[RecordingEvent, ...]:
        """Has something decided that touches no file."""
        return await self._owners.handle(contact_id, command, request_id=request_id, meta=meta)

    async def delete(
        self, whose: Whose, order: Callable[[int], Command], *, request_id: str, meta: Meta
    ) -> None:
        """Has the deletion decided, then removes the file: a crash between leaves it to `sweep`.

        `order` makes the command of the file's bytes; raises Refused.
        """
        async with self._alone(whose.contact_id):
            size = await asyncio.to_thread(self._vault.size, whose)
            events = await self._owners.handle(
                whose.contact_id, order(size), request_id=request_id, meta=meta
            )
            for event in events:
                if isinstance(event, RecordingDeleted):
                    DELETED.labels(event.reason.name.lower()).inc()
            if self.is_deleted(whose.contact_id):
                await asyncio.to_thread(self._vault.remove, whose)

    async def sweep(self) -> int:
        """Removes files of deleted recordings that a crash has left; how many there were."""
        gone = [
            self.whose(contact_id, meta)
            for contact_id, state in self._owners.streams()
            if isinstance(state, Deleted) and (meta := self._owners.meta(contact_id))
        ]
        swept = await asyncio.to_thread(lambda: sum(map(self._vault.remove, gone)))
        SWEPT.inc(swept)
        return swept

    def wav(self, whose: Whose, hearing: Hearing) -> Iterator[bytes]:
        return self._vault.wav(whose, hearing)

    async def waveform(self, whose: Whose, hearing: Hearing) -> Waveform:
        """How loud the recording is; raises KeyGone, or FileNotFoundError when it has just gone."""
        async with self._drawing:
            return await asyncio.to_thread(self._vault.waveform, whose, hearing)

    @asynccontextmanager
    async def _alone(self, contact_id: str) -> AsyncIterator[None]:
        lock = self._locks.setdefault(contact_id, asyncio.Lock())
        async with lock, self._room:  # whoever waits for one call takes no room from the others
            yield
