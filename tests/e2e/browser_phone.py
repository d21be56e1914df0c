"""One person with a page open, and what their phone shows."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any
from uuid import uuid4

from tests.harness.browser_line import WITHIN_S, BrowserLine

from sasayaki.media.v1 import media_service_pb2 as pb
from sasayaki.media.v1.media_service_pb2_grpc import MediaServiceStub


class BrowserPhone(BrowserLine):
    """One person with a page open, and what their phone shows."""

    def __init__(self, media: MediaServiceStub, token: str, hertz: float) -> None:
        super().__init__(hertz)
        self._media = media
        self._metadata = (("authorization", f"Bearer {token}"),)
        self.connection_id = ""
        self.phone = pb.WatchPhoneResponse()
        self._changed = asyncio.Event()

    async def connect(self) -> None:
        """Connects as a page does that has just been loaded."""
        request = pb.ConnectBrowserRequest(request_id=str(uuid4()), sdp_offer=await self.offer())
        answer = await self._ask(self._media.ConnectBrowser, request)
        self.connection_id = answer.connection_id
        await self.go_on(answer.sdp_answer)
        await self.shows(
            lambda phone: (
                phone.connection_id == self.connection_id
                and phone.browser == pb.BROWSER_STATE_CONNECTED
            )
        )

    async def reload(self) -> None:
        """Loads the page anew: the line goes, another comes."""
        await self.close()
        await self.connect()

    async def watch(self) -> None:
        """Keeps `phone` as the platform shows it."""
        async for phone in self._media.WatchPhone(pb.WatchPhoneRequest(), metadata=self._metadata):
            self.phone = phone
            self._changed.set()

    async def shows(self, wanted: Callable[[pb.WatchPhoneResponse], bool]) -> pb.WatchPhoneResponse:
        """Returns the phone once it is as wanted."""
        async with asyncio.timeout(WITHIN_S):
            while not wanted(self.phone):
                self._changed.clear()
                await self._changed.wait()
        return self.phone

    async def leg(self, state: pb.PhoneLegState.ValueType) -> pb.PhoneLeg:
        """Returns the one leg once it is in a state."""
        phone = await self.shows(lambda phone: any(leg.state == state for leg in phone.legs))
        return next(leg for leg in phone.legs if leg.state == state)

    async def pick_up(self, contact_id: str) -> None:
        request = pb.PickUpRequest(request_id=str(uuid4()), contact_id=contact_id)
        await self._ask(self._media.PickUp, request)

    async def put_down(self, contact_id: str) -> None:
        request = pb.PutDownRequest(request_id=str(uuid4()), contact_id=contact_id)
        await self._ask(self._media.PutDown, request)

    async def mute(self, contact_id: str, *, muted: bool) -> None:
        """Returns when the phone shows what was wanted."""
        request = pb.MuteRequest(request_id=str(uuid4()), contact_id=contact_id, muted=muted)
        await self._ask(self._media.Mute, request)
        await self.shows(lambda phone: all(leg.muted == muted for leg in phone.legs))

    async def talk_back(self, contact_id: str, *, on: bool) -> None:
        """Returns when the phone shows what was wanted."""
        request = pb.TalkBackRequest(request_id=str(uuid4()), contact_id=contact_id, on=on)
        await self._ask(self._media.TalkBack, request)
        await self.shows(lambda phone: all(leg.talk_back == on for leg in phone.legs))

    async def _ask(self, method: Any, request: Any) -> Any:
        return await method(request, metadata=self._metadata, timeout=10)


@asynccontextmanager
async def browser_phone(
    media: MediaServiceStub, token: str, hertz: float
) -> AsyncIterator[BrowserPhone]:
    """A connected browser; closed afterwards."""
    phone = BrowserPhone(media, token, hertz)
    watching = asyncio.create_task(phone.watch())
    try:
        await phone.connect()
        yield phone
    finally:
        await phone.close()
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)
