"""Sound comes in, and goes out to those who may hear it: also as a picture of it."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import grpc
from google.protobuf.timestamp_pb2 import Timestamp

from sasayaki.recording.v1 import recording_service_pb2 as pb
from sasayaki.recording.v1.recording_events_pb2 import Track
from sasayaki_chassis.decider import Refused
from sasayaki_chassis.fields import Check, InvalidField, an_id, between, require
from sasayaki_chassis.ids import derived_id
from sasayaki_chassis.rpc import Context, Rights, caller, meta, refusals
from sasayaki_recording.methods import LISTENERS, SECONDS, SERVICE, hearing_of, may_hear
from sasayaki_recording.metrics import GIVEN_OUT, PAGES, STORE_SECONDS, UNREADABLE
from sasayaki_recording.recording import Keep, Partial
from sasayaki_recording.search.api import Search
from sasayaki_recording.search.catalogue import Catalogue
from sasayaki_recording.shelf import Shelf
from sasayaki_recording.vault.keys import KeyGone, Whose
from sasayaki_recording.vault.pages import (
    PAGE_SAMPLES_MAX,
    PAGES_MAX,
    PAUSES_MAX,
    TRACKS,
    Page,
    silenced,
)
from sasayaki_recording.vault.vault import DifferentPage
from sasayaki_recording.vault.wav import Hearing

UPLOAD_PAGES_MAX = 300

RIGHTS: Rights = {
    f"{SERVICE}UploadPages": frozenset(("service",)),
    f"{SERVICE}GetRecording": LISTENERS,
    f"{SERVICE}GetWaveform": LISTENERS,
}
CODES: Mapping[str, grpc.StatusCode] = {
    "UNKNOWN_RECORDING": grpc.StatusCode.NOT_FOUND,
    "RECORDING_DELETED": grpc.StatusCode.NOT_FOUND,
    "DIFFERENT_PAGE": grpc.StatusCode.ALREADY_EXISTS,
}


class VaultMethods:
    """The methods of RecordingService that carry sound."""

    _shelf: Shelf
    _catalogue: Catalogue
    _search: Search

    async def UploadPages(
        self, request: pb.UploadPagesRequest, context: Context
    ) -> pb.UploadPagesResponse:
        async with refusals(context, CODES):
            _check_pages(request)
            tenant_id = caller().tenant_id
            by_call: dict[Whose, list[Page]] = defaultdict(list)
            for page in request.pages:
                by_call[Whose(tenant_id, page.client_id, page.contact_id)].append(_page(page))
            with STORE_SECONDS.time():
                answers = await asyncio.gather(
                    *(
                        self._keep(request.request_id, whose, pages)
                        for whose, pages in by_call.items()
                    ),
                    return_exceptions=True,
                )
            for answer in answers:
                if answer is not None:
                    raise answer
        return pb.UploadPagesResponse()

    async def GetRecording(
        self, request: pb.GetRecordingRequest, context: Context
    ) -> AsyncIterator[pb.GetRecordingResponse]:
        async with refusals(context, CODES):
            chunks = self._shelf.wav(*self._asked(request))
            while (chunk := await asyncio.to_thread(_next, chunks)) is not None:
                GIVEN_OUT.inc(len(chunk))
                yield pb.GetRecordingResponse(chunk=chunk)

    async def GetWaveform(
        self, request: pb.GetWaveformRequest, context: Context
    ) -> pb.GetWaveformResponse:
        async with refusals(context, CODES):
            whose, hearing = self._asked(request)
            with _gone_told():
                drawn = await self._shelf.waveform(whose, hearing)
        return pb.GetWaveformResponse(
            length_ms=drawn.length_ms,
            step_ms=drawn.step_ms,
            tracks=[
                pb.TrackPeaks(track=Track.ValueType(track), peaks=peaks)
                for track, peaks in drawn.peaks.items()
            ],
        )

    def _asked(
        self, request: pb.GetRecordingRequest | pb.GetWaveformRequest
    ) -> tuple[Whose, Hearing]:
        """Whose recording is asked for, and what of it the caller hears; Refused if nothing."""
        require(request, contact_id=an_id("con"))
        entry = self._catalogue.of(request.contact_id)
        if entry is None or not may_hear(caller(), entry):
            raise Refused("UNKNOWN_RECORDING", f"no recording of {request.contact_id!r}")
        if entry.deleted:
            deleted = f"the recording of {request.contact_id!r} was deleted"
            raise Refused("RECORDING_DELETED", deleted)
        unheard = self._search.contacts.of(entry.contact_id).unheard_from(entry.started_at)
        whose = Whose(entry.tenant_id, entry.client_id, entry.contact_id)
        return whose, hearing_of(caller(), unheard)

    async def _keep(self, request_id: str, whose: Whose, pages: Sequence[Page]) -> None:
        """Stores one call's pages, and then says what that makes of the recording."""
        contact_id = whose.contact_id
        known = self._shelf.meta(contact_id)
        if known and (known.tenant_id, known.client_id) != (whose.tenant_id, whose.client_id):
            raise InvalidField("pages.client_id", f"{contact_id!r} is another company's")
        try:
            content = await self._shelf.store(whose, pages)
        except DifferentPage as different:
            PAGES.labels("refused").inc()
            raise Refused("DIFFERENT_PAGE", str(different)) from different
        if content is None:
            return
        if isinstance(content, Partial) and self._shelf.is_running(contact_id):
            return  # one page more of a call that goes on: nothing is to be decided
        keep = Keep(
            recording_id=derived_id("rec", whose.tenant_id, "UploadPages", contact_id),
            opened_at=_instant(pages[0].opened_at_us),
            content=content,
        )
        await self._shelf.handle(
            contact_id,
            keep,
            request_id=request_id,
            meta=meta(client_id=whose.client_id, correlation_id=contact_id),
        )


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
                pauses=_stretches(len(page.pcmu)),
            )
        except InvalidField as fault:
            raise InvalidField(f"pages[{number}].{fault.field}", str(fault)) from fault


def _page(page: pb.Page) -> Page:
    """What is stored; in paused stretches silence, whatever was sent."""
    pauses = tuple((stretch.from_sample, stretch.samples) for stretch in page.pauses)
    return Page(
        track=page.track,
        number=page.number,
        start_ms=page.start_ms,
        pcmu=silenced(page.pcmu, pauses),
        gap_samples=page.gap_samples,
        opened_at_us=page.opened_at.ToMicroseconds(),
        last=page.last,
        pauses=pauses,
    )


def _some_pages(value: Sequence[pb.Page]) -> str | None:
    count = len(value)
    allowed = 1 <= count <= UPLOAD_PAGES_MAX
    return None if allowed else f"1 to {UPLOAD_PAGES_MAX} pages, not {count}"


def _stretches(samples: int) -> Check:
    """Some stretches within a page of so many samples."""

    def check(value: Sequence[pb.PausedStretch]) -> str | None:
        if len(value) > PAUSES_MAX:
            return f"at most {PAUSES_MAX} stretches, not {len(value)}"
        within = all(each.from_sample + each.samples <= samples for each in value)
        return None if within else f"within the page's {samples} samples"

    return check


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
    """The next chunk; refuses KEY_GONE and RECORDING_DELETED."""
    with _gone_told():
        return next(chunks, None)


@contextmanager
def _gone_told() -> Iterator[None]:
    """Refuses RECORDING_DELETED or KEY_GONE when reading finds no file or no key."""
    try:
        yield
    except FileNotFoundError as gone:  # a moment ago
        raise Refused("RECORDING_DELETED", "the recording was deleted") from gone
    except KeyGone as gone:
        UNREADABLE.inc()
        raise Refused("KEY_GONE", f"nobody can read this recording any more: {gone}") from gone
