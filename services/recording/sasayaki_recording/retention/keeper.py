"""Keeps to what was promised: looks every second what is to go, once a day what is due.

Crash-safe by order: the day's finding is an event first, then each recording's deletion, then its
file. Whatever a crash leaves over is due again at the next start, and files without a right to be
there are swept.
"""

import asyncio
import logging
from collections.abc import Callable
from datetime import date, datetime, tzinfo

from sasayaki_chassis.decider import Refused
from sasayaki_chassis.owner import DecisionFailed, Meta, Overloaded, Unavailable
from sasayaki_recording.metrics import HELD, LATE, RUNS
from sasayaki_recording.retention.deletions import Deletions
from sasayaki_recording.retention.due import Due, look_of, missing
from sasayaki_recording.retention.policy import For, NoteRun
from sasayaki_recording.search.catalogue import Entry

LOOK_S = 1.0
"""How often it is looked. Nothing is waited for: a day begins once."""
LATER = (Unavailable, Overloaded, DecisionFailed)
ITS_OWN = (DecisionFailed, OSError)
"""What stops one recording's deletion and no other's: a bug, or the disk; a person has to look."""

log = logging.getLogger(__name__)


class Keeper:
    """The service's daily job, and what follows a call's end."""

    def __init__(
        self,
        deletions: Deletions,
        zone: tzinfo,
        now: Callable[[], datetime],
        require_current: Callable[[], None],
    ) -> None:
        self._deletions = deletions
        self._policies = deletions.retentions.policies
        self._zone = zone
        self._now = now
        self._require_current = require_current
        self._done: dict[str, date] = {}

    async def run(self) -> None:
        """Keeps until cancelled."""
        await self._policies.all_serving()
        await self._deletions.shelf.all_serving()
        await self.sweep()
        while True:
            await self.look()
            await asyncio.sleep(LOOK_S)

    async def sweep(self) -> None:
        """Removes what a crash left of recordings that are deleted."""
        try:
            if swept := await self._deletions.shelf.sweep():
                log.info("deleted_recordings_swept", extra={"files": swept})
        except OSError as error:
            log.error("files_not_removed", extra={"why": str(error)})

    async def look(self) -> None:
        """One round; what cannot be done now is done in a later one."""
        try:
            self._require_current()
            await self._settle_calls()
            await self._run_days()
        except LATER as not_now:
            LATE.inc()
            log.debug("retention_waits", extra={"why": str(not_now)})

    async def _settle_calls(self) -> None:
        """Calls that are over and were recorded in case of an alert."""
        deletions = self._deletions
        for contact_id in deletions.contacts.unsettled():
            entry = deletions.catalogue.of(contact_id)
            if entry is None or entry.holds or not deletions.shelf.owns(contact_id):
                continue
            try:
                await deletions.settle(
                    contact_id, request_id=f"settle/{contact_id}", meta=_meta_of(entry)
                )
            except Refused as refused:
                if refused.reason not in ("NOT_DUE", "HELD"):
                    raise
            except Unavailable:
                pass  # the others' turn; this one's comes again
            except ITS_OWN as error:
                _not_deleted(contact_id, error)

    async def _run_days(self) -> None:
        """Days that are not noted yet, and what an earlier run has left over."""
        for client_id, policy in list(self._policies.streams()):
            if not isinstance(policy, For) or not self._policies.owns(client_id):
                continue
            for day in missing(policy, self._now(), self._zone):
                await self._run_day(client_id, day)
            last = self._policies.state(client_id)
            day_run = last.last_run if isinstance(last, For) else None
            if day_run is None or self._done.get(client_id) == day_run:
                continue
            if await self._delete(client_id, day_run):
                self._done[client_id] = day_run

    async def _run_day(self, client_id: str, day: date) -> None:
        found = self._due(client_id, day)
        meta = self._policies.meta(client_id)
        assert meta is not None, "a company that said how long is known"
        await self._policies.handle(
            client_id,
            NoteRun(day, deleted=len(found.free), held=len(found.held)),
            request_id=f"run/{day}",
            meta=Meta(meta.tenant_id, client_id=client_id),
        )
        RUNS.inc()
        HELD.inc(len(found.held))
        await self._delete(client_id, day)

    async def _delete(self, client_id: str, day: date) -> bool:
        """What was due at a day's look, and still is; whether nothing of it has to come again."""
        at, whole = look_of(day, self._zone), True
        for contact_id in self._due(client_id, day).free:
            entry = self._deletions.catalogue.of(contact_id)
            assert entry is not None, "what is due is in the catalogue"
            try:
                await self._deletions.expire(
                    contact_id, at, request_id=f"retention/{contact_id}", meta=_meta_of(entry)
                )
            except Refused as refused:  # a hold, or a longer time, came in between
                log.info("deletion_refused", extra={"reason": refused.reason})
            except ITS_OWN as error:
                _not_deleted(contact_id, error)
                whole = False
        return whole

    def _due(self, client_id: str, day: date) -> Due:
        return self._deletions.due(client_id, look_of(day, self._zone))


def _not_deleted(contact_id: str, error: Exception) -> None:
    log.error("recording_not_deleted", extra={"contact_id": contact_id, "why": str(error)})


def _meta_of(entry: Entry) -> Meta:
    return Meta(entry.tenant_id, client_id=entry.client_id, correlation_id=entry.contact_id)
