"""The generic doors: any open RPC as JSON, any open stream as server-sent events."""

import asyncio
from contextlib import AsyncExitStack

from fastapi import APIRouter, Request, Response

from sasayaki_gateway.contract.methods import OPEN
from sasayaki_gateway.doors.following import Following
from sasayaki_gateway.doors.streams import STREAMS, Reader
from sasayaki_gateway.doors.upstream import described
from sasayaki_gateway.doors.wire import read_request, to_json
from sasayaki_gateway.faults import Fault, no_route
from sasayaki_gateway.sessions.sessions import Full
from sasayaki_gateway.web.event_stream import EventStream
from sasayaki_gateway.web.guard import Reading, Writing, parts_of

router = APIRouter()


@router.post("/api/rpc/{service}/{method}")
async def call(service: str, method: str, request: Request, who: Writing) -> Response:
    """One call, as the person who is signed in."""
    name = f"{service}/{method}"
    opened = OPEN.get(name)
    if opened is None or name in STREAMS:
        raise no_route(request.url.path)
    parts, declared = parts_of(request), described(opened)
    message = read_request(declared, await request.body())
    answer = await parts.upstream.call(declared, message, parts.tokens.of(who.account))
    return Response(to_json(answer), media_type="application/json")


@router.get("/api/stream/{service}/{method}")
async def stream(service: str, method: str, request: Request, who: Reading) -> Response:
    """A stream, as the person who is signed in; goes on after `Last-Event-ID` if it can."""
    name = f"{service}/{method}"
    if name not in STREAMS:
        raise no_route(request.url.path)
    parts, news = parts_of(request), asyncio.Event()
    async with AsyncExitStack() as stack:
        try:
            stack.enter_context(parts.sessions.streaming(who.session))
        except Full:
            raise Fault("RESOURCE_EXHAUSTED", "too many streams", "TOO_MANY_STREAMS") from None
        reader = Reader(parts.feeds, parts.upstream, parts.tokens)
        feeds = await reader.follow(stack, name, who.account, news)
        following = Following.after(feeds, request.headers.get("last-event-id"))
        until_over = stack.pop_all()
    return EventStream(parts, who.session.key, following, news, until_over)
