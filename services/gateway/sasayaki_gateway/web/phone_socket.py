"""The WebSocket of a browser's phone: what the person does, and what the media node says it is."""

import asyncio
import json
import logging
import time
from contextlib import AsyncExitStack, suppress
from typing import assert_never
from uuid import uuid4

from fastapi import APIRouter, WebSocket
from google.protobuf.message import Message
from prometheus_client import Counter
from pydantic import TypeAdapter, ValidationError
from starlette.websockets import WebSocketDisconnect, WebSocketState

from sasayaki.media.v1 import media_service_pb2 as media
from sasayaki_gateway.contract import phone
from sasayaki_gateway.contract.methods import OpenMethod
from sasayaki_gateway.doors.feed import Feed
from sasayaki_gateway.doors.phones import SESSION_OVER, Holder
from sasayaki_gateway.doors.streams import Reader
from sasayaki_gateway.doors.upstream import described
from sasayaki_gateway.faults import Fault
from sasayaki_gateway.parts import Parts
from sasayaki_gateway.sessions.sessions import Full
from sasayaki_gateway.web.guard import Who, from_our_page, parts_of, signed_in

WATCH = "MediaService/WatchPhone"
LOOK_S = 5.0
"""So often a socket looks whether its session is over, and after so much stillness shows life."""
MESSAGES_MOST = 40
"""In `MESSAGES_S`: nobody presses so often."""
MESSAGES_S = 10.0
REFUSED_CLOSE = 4003
"""Close code of a socket that was refused from the start: no session, another page."""

TOO_OFTEN = Counter(
    "sasayaki_gateway_phone_messages_refused_total", "Messages of phones refused: too many."
)
SAYS: TypeAdapter[phone.PhoneSays] = TypeAdapter(phone.PhoneSays)

log = logging.getLogger(__name__)
router = APIRouter()


@router.websocket("/api/phone")
async def phone_socket(socket: WebSocket) -> None:
    """A phone's socket: this tab has the phone from here on."""
    try:
        from_our_page(socket)
        if "origin" not in socket.headers:
            raise Fault("PERMISSION_DENIED", "a browser says where it comes from", "ORIGIN")
        who = signed_in(socket)
    except Fault as fault:
        await socket.close(REFUSED_CLOSE, fault.reason)
        return
    await socket.accept()
    await _Line(socket, who, parts_of(socket)).serve()


class _Line:
    """One tab's socket while it is open."""

    def __init__(self, socket: WebSocket, who: Who, parts: Parts) -> None:
        self._socket = socket
        self._who = who
        self._parts = parts
        self._holder = Holder(who.session.key, self._close)
        self._lately: list[float] = []

    async def serve(self) -> None:
        user_id = self._who.account.user_id
        try:
            async with AsyncExitStack() as stack:
                stack.enter_context(self._parts.sessions.streaming(self._who.session))
                await self._parts.phones.take(user_id, self._holder)
                stack.callback(self._parts.phones.leave, user_id, self._holder)
                news = asyncio.Event()
                reader = Reader(self._parts.feeds, self._parts.upstream, self._parts.tokens)
                (feed,) = await reader.follow(stack, WATCH, self._who.account, news)
                await self._both_ways(feed, news)
        except Full:
            await self._close(1013)
        except Fault as fault:
            await self._tell_fault(fault, "")
            await self._close(1011)

    async def _both_ways(self, feed: Feed, news: asyncio.Event) -> None:
        """Until either way ends."""
        ways = {
            asyncio.create_task(self._hear()),
            asyncio.create_task(self._tell(feed, news)),
        }
        try:
            done, _ = await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
            for each in done:
                each.result()
        finally:
            for each in ways:
                each.cancel()
            await asyncio.gather(*ways, return_exceptions=True)

    async def _hear(self) -> None:
        with suppress(WebSocketDisconnect):
            while True:
                text = await self._text()
                if self._is_too_often():
                    TOO_OFTEN.inc()
                    await self._close(1008)
                    return
                await self._take(text)

    async def _text(self) -> str:
        """What the page says next; what is no text is nothing that a phone says."""
        message = await self._socket.receive()
        if message["type"] == "websocket.disconnect":
            raise WebSocketDisconnect(message.get("code", 1005))
        return message.get("text") or ""

    async def _take(self, text: str) -> None:
        about = ""
        try:
            try:
                said = SAYS.validate_json(text)
            except ValidationError as error:
                what = "; ".join(f"{each['loc']}: {each['msg']}" for each in error.errors())
                raise Fault("INVALID_ARGUMENT", what, "MESSAGE") from None
            about = said.type
            await self._do(said)
        except Fault as fault:
            await self._tell_fault(fault, about)

    async def _do(self, said: phone.PhoneSays) -> None:
        request_id = str(uuid4())
        match said:
            case phone.PhoneOffer(sdp=sdp):
                offer = media.ConnectBrowserRequest(request_id=request_id, sdp_offer=sdp)
                answer = await self._ask("ConnectBrowser", offer)
                assert isinstance(answer, media.ConnectBrowserResponse)
                self._holder.connection_id = answer.connection_id
                told = phone.PhoneAnswer(
                    type="answer", connection_id=answer.connection_id, sdp=answer.sdp_answer
                )
                await self._send(told.model_dump_json(by_alias=True))
            case phone.PhonePickUp(contact_id=contact_id):
                await self._ask(
                    "PickUp", media.PickUpRequest(request_id=request_id, contact_id=contact_id)
                )
            case phone.PhonePutDown(contact_id=contact_id):
                await self._ask(
                    "PutDown", media.PutDownRequest(request_id=request_id, contact_id=contact_id)
                )
            case phone.PhoneMute(contact_id=contact_id, muted=muted):
                mute = media.MuteRequest(request_id=request_id, contact_id=contact_id, muted=muted)
                await self._ask("Mute", mute)
            case phone.PhoneTalkBack(contact_id=contact_id, on=on):
                talk_back = media.TalkBackRequest(
                    request_id=request_id, contact_id=contact_id, on=on
                )
                await self._ask("TalkBack", talk_back)
            case _:
                assert_never(said)

    async def _ask(self, name: str, request: Message) -> Message:
        method = described(OpenMethod("media", "MediaService", name, frozenset()))
        token = self._parts.tokens.of(self._who.account)
        return await self._parts.upstream.call(method, request, token)

    async def _tell(self, feed: Feed, news: asyncio.Event) -> None:
        """Tells what the phone is: at once, after each change, and as a sign of life."""
        told = -1
        while not self._parts.closing.is_set():
            account = self._parts.sessions.account_of(self._who.session.key)
            if account is None or account.rights != self._who.account.rights:
                await self._close(SESSION_OVER)
                return
            if feed.fault is not None:
                raise feed.fault
            news.clear()
            if feed.ring.number not in (told, 0):
                told = feed.ring.number
                await self._send(_typed(feed.ring.whole()))
                continue
            try:
                async with asyncio.timeout(LOOK_S):
                    await news.wait()
            except TimeoutError:
                told = -1
        await self._close(1012)

    async def _tell_fault(self, fault: Fault, about: str) -> None:
        told = phone.PhoneFault(
            type="error", code=fault.code, reason=fault.reason, message=fault.message, about=about
        )
        await self._send(told.model_dump_json(by_alias=True))

    async def _send(self, text: str) -> None:
        if self._socket.application_state is WebSocketState.CONNECTED:
            with suppress(WebSocketDisconnect, RuntimeError):  # it closed meanwhile
                await self._socket.send_text(text)

    async def _close(self, code: int) -> None:
        if self._socket.application_state is WebSocketState.CONNECTED:
            with suppress(WebSocketDisconnect, RuntimeError):
                await self._socket.close(code)

    def _is_too_often(self) -> bool:
        now_s = time.monotonic()
        self._lately = [at for at in self._lately if now_s - at < MESSAGES_S]
        self._lately.append(now_s)
        return len(self._lately) > MESSAGES_MOST


def _typed(state: str) -> str:
    """WatchPhoneResponse's JSON with the type in front."""
    return json.dumps({"type": "phone", **json.loads(state)}, ensure_ascii=False)
