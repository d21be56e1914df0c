"""Pages come in, recordings go out to those who may have them."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import islice
from weakref import WeakValueDictionary

import grpc
from google.protobuf.timestamp_pb2 import Timestamp

from sasayaki.recording.v1 import recording_service_pb2 as pb
from sasayaki.recording.v1 import recording_service_pb2_grpc
from sasayaki.recording.v1.recording_events import RecordingEvent
from sasayaki_chassis.decider import Refused
from sasayaki_chassis.fields import an_id, between, text
from sasayaki_chassis.identity import Identity
from sasayaki_chassis.ids import derived_id
from sasayaki_chassis.owner import Owners
from sasayaki_chassis.rpc import Context, InvalidField, Rights, caller, meta, refusals, require
from sasayaki_recording.catalogue import Catalogue, Entry, page_token, place_of
from sasayaki_recording.metrics import GIVEN_OUT, PAGES, STORE_SECONDS
from sasayaki_recording.pages import PAGE_SAMPLES_MAX, PAGES_MAX, TRACKS, Page
from sasayaki_recording.recording import Command, Keep, State
from sasayaki_recording.vault import DifferentPage, Vault

UPLOAD_PAGES_MAX = 300
UPLOAD_CALLS_AT_ONCE = 16
"""Calls of one upload that are written side by side."""
SECONDS = (1_500_000_000, 4_000_000_000)
"""When a tap may open, since 1970: what stands outside is no instant of this service's life."""
ROWS_USUAL = 50
ROWS_MAX = 500

_SERVICE = "/sasayaki.recording.v1.RecordingService"
_LISTENERS = frozenset({"supervisor", "manager", "auditor", "admin"})
RIGHTS: Rights = {
    f"{_SERVICE}/UploadPages": frozenset({"service"}),
    f"{_SERVICE}/ListRecordings": _LISTENERS,
    f"{_SERVICE}/GetRecording": _LISTENERS,
}
STATUS: Mapping[str, grpc.StatusCode] = {
    "UNKNOWN_RECORDING": grpc.StatusCode.NOT_FOUND,
    "DIFFERENT_PAGE": grpc.StatusCode.ALREADY_EXISTS,
}

RecordingOwners = Owners[State, Command, RecordingEvent]


class RecordingService(recording_service_pb2_grpc.RecordingServiceServicer):
    """Checks a request, stores or reads, has it decided, answers."""

    def __init__(self, owners: RecordingOwners, vault: Vault, catalogue: Catalogue) -> None:
        self._owners = owners
        self._vault = vault
        self._catalogue = catalogue
        # A lock lives as long as somebody holds it or waits for it.
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._room = asyncio.Semaphore(UPLOAD_CALLS_AT_ONCE)

    async def UploadPages(
        self, request: pb.UploadPagesRequest, context: Context
    ) -> pb.UploadPagesResponse:
        async with refusals(context, STATUS):
            _check_pages(request)
            by_call: dict[tuple[str, str], list[Page]] = defaultdict(list)
            for page in request.pages:
                by_call[page.contact_id, page.client_id].append(_page(page))
            with STORE_SECONDS.time():
                answers = await asyncio.gather(
                    *(
                        self._keep(context, request.request_id, *whose, pages)
                        for whose, pages in by_call.items()
                    ),
                    return_exceptions=True,
                )
            for answer in answers:
                if answer is not None:
                    raise answer
        return pb.UploadPagesResponse()

    async def ListRecordings(
        self, request: pb.ListRecordingsRequest, context: Context
    ) -> pb.ListRecordingsResponse:
        async with refusals(context, STATUS):
            require(
                request,
                contact_id=an_id("con", optional=True),
                page_size=between(0, ROWS_MAX),
                page_token=text(least=0, most=512),
            )
            try:
                place = place_of(request.page_token)
            except ValueError as error:
                raise InvalidField("page_token", str(error)) from error
            who, size = caller(context), request.page_size or ROWS_USUAL
            if request.contact_id:
                one = self._catalogue.of(request.contact_id)
                found: Iterable[Entry] = [one] if one else []
            else:
                found = self._catalogue.after(place)
            rows = list(islice((entry for entry in found if may_hear(who, entry)), size + 1))
        more = page_token(rows[size - 1].place) if len(rows) > size else ""
        return pb.ListRecordingsResponse(
            recordings=map(_summary, rows[:size]), next_page_token=more
        )

    async def GetRecording(
        self, request: pb.GetRecordingRequest, context: Context
    ) -> AsyncIterator[pb.GetRecordingResponse]:
        async with refusals(context, STATUS):
            require(request, contact_id=an_id("con"))
            who = caller(context)
            entry = self._catalogue.of(request.contact_id)
            if entry is None or not may_hear(who, entry):
                raise Refused("UNKNOWN_RECORDING", f"no recording of {request.contact_id!r}")
            chunks = self._vault.wav(entry.tenant_id, entry.contact_id)
            while (chunk := await asyncio.to_thread(_next, chunks)) is not None:
                GIVEN_OUT.inc(len(chunk))
                yield pb.GetRecordingResponse(chunk=chunk)

    async def _keep(
        self,
        context: Context,
        request_id: str,
        contact_id: str,
        client_id: str,
        pages: Sequence[Page],
    ) -> None:
        """Stores one call's pages, and then says what that makes of the recording."""
        tenant_id = caller(context).tenant_id
        lock = self._locks.setdefault(contact_id, asyncio.Lock())
        async with self._room, lock:
            known = self._owners.meta(contact_id)
            if known and (known.tenant_id, known.client_id) != (tenant_id, client_id):
                raise InvalidField("pages.client_id", f"{contact_id!r} is another company's")
            try:
                await asyncio.to_thread(self._vault.store, tenant_id, contact_id, pages)
            except DifferentPage as different:
                PAGES.labels("refused").inc()
                raise Refused("DIFFERENT_PAGE", str(different)) from different
            content = await asyncio.to_thread(self._vault.content, tenant_id, contact_id)
            keep = Keep(
                recording_id=derived_id("rec", tenant_id, "UploadPages", contact_id),
                opened_at=_instant(pages[0].opened_at_us),
                content=content,
            )
            await self._owners.handle(
                contact_id,
                keep,
                request_id=request_id,
                meta=meta(context, client_id=client_id, correlation_id=contact_id),
            )


def may_hear(who: Identity, entry: Entry) -> bool:
    """Only recordings of one's tenant and client companies; an administrator's may be all."""
    if entry.tenant_id != who.tenant_id:
        return False
    return entry.client_id in who.clients or (who.role == "admin" and not who.clients)


def _check_pages(request: pb.UploadPagesRequest) -> None:
    require(request, pages=_some_pages)
    for number, page in enumerate(request.pages):
        try:
            require(
                page,
                contact_id=an_id("con"),
                client_id=an_id("cli"),
                track=_a_track,
                number=between(0, PAGES_MAX - 1),
                start_ms=between(0, PAGES_MAX * 1_000),
                pcmu=_samples,
                gap_samples=between(0, len(page.pcmu)),
                opened_at=_an_instant,
            )
        except InvalidField as fault:
            raise InvalidField(f"pages[{number}].{fault.field}", str(fault)) from fault


def _page(page: pb.Page) -> Page:
    return Page(
        track=page.track,
        number=page.number,
        start_ms=page.start_ms,
        pcmu=page.pcmu,
        gap_samples=page.gap_samples,
        opened_at_us=page.opened_at.ToMicroseconds(),
        last=page.last,
    )


def _summary(entry: Entry) -> pb.RecordingSummary:
    summary = pb.RecordingSummary(
        recording_id=entry.recording_id,
        contact_id=entry.contact_id,
        client_id=entry.client_id,
        length_ms=entry.length_ms,
        finished=entry.finished,
    )
    summary.started_at.FromDatetime(entry.started_at)
    return summary


def _some_pages(value: Sequence[pb.Page]) -> str | None:
    count = len(value)
    allowed = 1 <= count <= UPLOAD_PAGES_MAX
    return None if allowed else f"1 to {UPLOAD_PAGES_MAX} pages, not {count}"


def _a_track(value: int) -> str | None:
    return None if value in TRACKS else "must be chosen"


def _an_instant(value: Timestamp) -> str | None:
    return between(*SECONDS)(value.seconds)


def _samples(value: bytes) -> str | None:
    size = len(value)
    return None if size <= PAGE_SAMPLES_MAX else f"at most {PAGE_SAMPLES_MAX} bytes, not {size}"


def _instant(microseconds: int) -> datetime:
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=microseconds)


def _next(chunks: Iterator[bytes]) -> bytes | None:
    return next(chunks, None)
