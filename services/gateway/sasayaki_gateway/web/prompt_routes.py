"""A client company's prompts as WAV files: put under a name, heard."""

import re
from uuid import uuid4

from fastapi import APIRouter, Request, Response

from sasayaki.media.v1 import media_service_pb2 as media
from sasayaki_gateway.contract.methods import OpenMethod
from sasayaki_gateway.doors.upstream import described
from sasayaki_gateway.doors.wire import to_json
from sasayaki_gateway.faults import Fault
from sasayaki_gateway.sessions.paces import PROMPT_COSTS
from sasayaki_gateway.web.guard import Reading, Writing, in_pace, parts_of

PUT = OpenMethod("media", "MediaService", "PutPrompt", frozenset())
GET = OpenMethod("media", "MediaService", "GetPrompt", frozenset())

SHA256 = re.compile(r"[0-9a-f]{64}")
"""It becomes part of a file name."""

router = APIRouter()


@router.put("/api/prompts/{client_id}/{name}")
async def put(client_id: str, name: str, request: Request, who: Writing) -> Response:
    """Makes the body the latest version of a name; the same body again changes nothing."""
    in_pace(request, who, PROMPT_COSTS)
    parts = parts_of(request)
    asked = media.PutPromptRequest(
        request_id=str(uuid4()), client_id=client_id, name=name, wav=await request.body()
    )
    answer = await parts.upstream.call(described(PUT), asked, parts.tokens.of(who.account))
    return Response(to_json(answer), media_type="application/json")


@router.get("/api/prompts/{client_id}/{sha256}.wav")
async def sound(client_id: str, sha256: str, request: Request, who: Reading) -> Response:
    """The file, for the browser's player."""
    if not SHA256.fullmatch(sha256):
        raise Fault("NOT_FOUND", "no such sound", "UNKNOWN_PROMPT")
    parts = parts_of(request)
    asked = media.GetPromptRequest(client_id=client_id, sha256=sha256)
    answer = await parts.upstream.call(described(GET), asked, parts.tokens.of(who.account))
    assert isinstance(answer, media.GetPromptResponse)
    # Opened by itself it is kept as a file; a page's player does not mind.
    headers = {"Content-Disposition": f'attachment; filename="{sha256}.wav"'}
    return Response(answer.wav, media_type="audio/wav", headers=headers)
