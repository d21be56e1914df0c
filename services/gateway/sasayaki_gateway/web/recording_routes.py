"""A recording as a WAV file that a player may seek in."""

import re
import struct
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing

from fastapi import APIRouter, Request, Response
from fastapi.responses import StreamingResponse

from sasayaki.recording.v1 import recording_service_pb2 as recording
from sasayaki_gateway.contract.methods import OpenMethod
from sasayaki_gateway.doors.ranges import Span, Unsatisfiable, span_of
from sasayaki_gateway.doors.upstream import described
from sasayaki_gateway.faults import Fault
from sasayaki_gateway.sessions.paces import RECORDING_COSTS
from sasayaki_gateway.web.guard import Reading, in_pace, parts_of

GET = OpenMethod("recording", "RecordingService", "GetRecording", frozenset())
CONTACT_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
"""It becomes part of a file name."""
RIFF_HEAD = struct.Struct("<4sI")

router = APIRouter()


@router.get("/api/recordings/{contact_id}.wav")
async def sound(contact_id: str, request: Request, who: Reading) -> Response:
    """The file, or the part of it that `Range` names."""
    in_pace(request, who, RECORDING_COSTS - 1)  # one was counted before the route
    if not CONTACT_ID.fullmatch(contact_id):
        raise Fault("NOT_FOUND", "no such contact", "UNKNOWN_RECORDING")
    parts = parts_of(request)
    asked = recording.GetRecordingRequest(contact_id=contact_id)
    chunks = _chunks(parts.upstream.stream(described(GET), asked, parts.tokens.of(who.account)))
    first = await anext(chunks, b"")
    if len(first) < RIFF_HEAD.size:
        raise Fault("DATA_LOSS", "the recording has no header")
    mark, rest = RIFF_HEAD.unpack_from(first)
    length = rest + RIFF_HEAD.size
    if mark != b"RIFF":
        raise Fault("DATA_LOSS", "the recording is no WAV file")
    headers = {
        "Accept-Ranges": "bytes",
        "Content-Type": "audio/wav",
        # Opened by itself it is kept as a file; a page's player does not mind.
        "Content-Disposition": f'attachment; filename="{contact_id}.wav"',
    }
    try:
        span = span_of(request.headers.get("range"), length)
    except Unsatisfiable:
        await chunks.aclose()
        return Response(status_code=416, headers={"Content-Range": f"bytes */{length}"})
    if span is not None:
        headers["Content-Range"] = f"bytes {span.start}-{span.stop - 1}/{length}"
    wanted = span or Span(0, length)
    headers["Content-Length"] = str(wanted.length)
    return StreamingResponse(
        _cut(first, chunks, wanted), status_code=206 if span else 200, headers=headers
    )


async def _chunks(answers: AsyncIterator[object]) -> AsyncGenerator[bytes, None]:
    async for answer in answers:
        assert isinstance(answer, recording.GetRecordingResponse)
        yield answer.chunk


async def _cut(first: bytes, chunks: AsyncIterator[bytes], span: Span) -> AsyncIterator[bytes]:
    """The bytes of a span. What stands before it is read and dropped: pages are made in order."""
    at = 0
    async with aclosing(_all(first, chunks)) as pieces:
        async for piece in pieces:
            part = piece[max(0, span.start - at) : max(0, span.stop - at)]
            at += len(piece)
            if part:
                yield part
            if at >= span.stop:
                return


async def _all(first: bytes, chunks: AsyncIterator[bytes]) -> AsyncGenerator[bytes, None]:
    yield first
    async for chunk in chunks:
        yield chunk
