"""`ListRecordings`: those that somebody may know of and looks for, newest first."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice

from google.protobuf.timestamp_pb2 import Timestamp

from sasayaki.recording.v1 import recording_service_pb2 as pb
from sasayaki.recording.v1.recording_events_pb2 import Pause
from sasayaki_chassis.fields import InvalidField, an_id, between, require, text
from sasayaki_chassis.rpc import Context, Rights, caller, refusals
from sasayaki_recording.methods import LISTENERS, SECONDS, SERVICE, may_hear
from sasayaki_recording.retention.deletions import Retentions
from sasayaki_recording.search.catalogue import Catalogue, Entry, Place, page_token, place_of
from sasayaki_recording.search.contacts import Contact, Contacts
from sasayaki_recording.vault.keys import Keys

ROWS_USUAL = 50
ROWS_MAX = 500
SCANNED_AT_ONCE = 500
"""Entries that are looked at before other calls get their turn."""

RIGHTS: Rights = {f"{SERVICE}ListRecordings": LISTENERS}


@dataclass(frozen=True, slots=True)
class Query:
    """What a recording must have; empty where nothing is asked."""

    client_id: str
    user_id: str
    reason_id: str
    hashes: Mapping[str, str | None] | None
    """The number that is looked for, as each client company's events hold it."""
    voicemails: bool

    def fits(self, entry: Entry, contact: Contact, line: Sequence[str]) -> bool:
        """`line` is the contact's reason and those above it."""
        if self.hashes is not None:
            wanted = self.hashes.get(entry.client_id)
            if not wanted or contact.caller_hash != wanted:
                return False
        return (
            (not self.client_id or entry.client_id == self.client_id)
            and (not self.user_id or self.user_id in contact.user_ids)
            and (not self.reason_id or self.reason_id in line)
            and (not self.voicemails or bool(contact.voicemail_queue_id))
        )


@dataclass(frozen=True, slots=True)
class Search:
    """What recordings are found with."""

    catalogue: Catalogue
    contacts: Contacts
    retentions: Retentions
    keys: Keys


class SearchMethods:
    """The method of RecordingService that lists."""

    _search: Search

    async def ListRecordings(
        self, request: pb.ListRecordingsRequest, context: Context
    ) -> pb.ListRecordingsResponse:
        async with refusals(context):
            place = _checked(request)
            who, size = caller(), request.page_size or ROWS_USUAL
            # Who of the outsourcer's people talked is no client company's affair.
            of_client = who.role == "client"
            if of_client and request.user_id:
                raise InvalidField("user_id", "not for client companies")
            query = await asyncio.to_thread(self._query, request, who.clients)
            rows: list[Entry] = []
            while len(rows) <= size:
                part = self._part(request, place)
                rows += [
                    entry for entry in part if may_hear(who, entry) and self._fits(query, entry)
                ]
                if len(part) < SCANNED_AT_ONCE:
                    break
                place = part[-1].place
                await asyncio.sleep(0)
        more = page_token(rows[size - 1].place) if len(rows) > size else ""
        return pb.ListRecordingsResponse(
            recordings=[self._summary(entry, inside=not of_client) for entry in rows[:size]],
            next_page_token=more,
        )

    def _part(self, request: pb.ListRecordingsRequest, place: Place | None) -> list[Entry]:
        """The next entries to look at."""
        catalogue = self._search.catalogue
        from_ = _instant(request.HasField("from"), getattr(request, "from"))
        until = _instant(request.HasField("until"), request.until)
        if not request.contact_id:
            return list(islice(catalogue.after(place, from_=from_, until=until), SCANNED_AT_ONCE))
        one = catalogue.of(request.contact_id)
        if one is None or (from_ and one.started_at < from_) or (until and one.started_at >= until):
            return []
        return [one]

    def _fits(self, query: Query, entry: Entry) -> bool:
        contact = self._search.contacts.of(entry.contact_id)
        line = self._search.retentions.reasons.line(entry.client_id, contact.reason_id)
        return query.fits(entry, contact, line)

    def _query(self, request: pb.ListRecordingsRequest, clients: frozenset[str]) -> Query:
        """Reads the keys of the companies in question: off the loop."""
        hashes = None
        if request.caller_number:
            whose = {request.client_id} if request.client_id else clients
            whose = whose or self._search.catalogue.clients()
            hashes = {
                client_id: self._search.keys.caller_hash(client_id, request.caller_number)
                for client_id in whose
            }
        return Query(
            client_id=request.client_id,
            user_id=request.user_id,
            reason_id=request.reason_id,
            hashes=hashes,
            voicemails=request.voicemails,
        )

    def _summary(self, entry: Entry, *, inside: bool) -> pb.RecordingSummary:
        """`inside`: for the outsourcer's own people, who may know of each other."""
        contact = self._search.contacts.of(entry.contact_id)
        summary = pb.RecordingSummary(
            recording_id=entry.recording_id,
            contact_id=entry.contact_id,
            client_id=entry.client_id,
            length_ms=entry.length_ms,
            finished=entry.finished,
            reason_id=contact.reason_id,
            user_ids=contact.user_ids if inside else (),
            deleted=entry.deleted,
            held=bool(entry.holds),
            voicemail_queue_id=contact.voicemail_queue_id,
            pauses=[Pause(from_ms=each.from_ms, to_ms=each.to_ms) for each in entry.pauses],
        )
        summary.started_at.FromDatetime(entry.started_at)
        if inside:
            for hold in entry.holds:
                held = summary.holds.add(hold_id=hold.hold_id, reason=hold.reason)
                held.set_at.FromDatetime(hold.set_at)
            for at in contact.alerts_at:
                summary.alerts_at.add().FromDatetime(at)
        delete_at = None if entry.deleted else self._search.retentions.due_at(entry)
        if delete_at is not None:
            summary.delete_at.FromDatetime(delete_at)
        return summary


def _checked(request: pb.ListRecordingsRequest) -> Place | None:
    """Where the page begins; raises InvalidField."""
    require(
        request,
        contact_id=an_id("con", optional=True),
        client_id=an_id("cli", optional=True),
        user_id=an_id("usr", optional=True),
        reason_id=an_id("rsn", optional=True),
        caller_number=text(least=0, most=32),
        page_size=between(0, ROWS_MAX),
        page_token=text(least=0, most=512),
        **{"from": _an_instant, "until": _an_instant},
    )
    try:
        return place_of(request.page_token)
    except ValueError as error:
        raise InvalidField("page_token", str(error)) from error


def _an_instant(value: Timestamp) -> str | None:
    """Absent, or within this service's life."""
    return between(*SECONDS)(value.seconds) if value.seconds or value.nanos else None


def _instant(given: bool, value: Timestamp) -> datetime | None:
    return value.ToDatetime(UTC) if given else None
