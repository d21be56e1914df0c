"""An answer of server-sent events, until the browser goes, the session ends or the gateway does."""

import asyncio
from contextlib import AsyncExitStack

from prometheus_client import Counter
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from sasayaki_gateway.doors.following import Following
from sasayaki_gateway.parts import Parts

RETRY_MS = 500
"""Browsers reconnect after so long."""
LOOK_S = 5.0
"""So often a stream looks whether its session is over, and after so much stillness shows life."""
SEND_S = 20.0
"""A browser that takes nothing for so long is let go."""

STUCK = Counter("sasayaki_gateway_streams_stuck_total", "Browsers let go that took nothing.")


class EventStream(Response):
    """Tells a browser what it follows."""

    media_type = "text/event-stream"

    def __init__(
        self,
        parts: Parts,
        session_key: str,
        following: Following,
        news: asyncio.Event,
        until_over: AsyncExitStack,
    ) -> None:
        super().__init__()
        del self.headers["content-length"]
        self.headers["Cache-Control"] = "no-store"
        self.headers["X-Accel-Buffering"] = "no"
        self._parts = parts
        self._session_key = session_key
        self._following = following
        self._news = news
        self._until_over = until_over
        self._rights = self._rights_now()
        self._was_away = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async with self._until_over:
            await send(
                {
                    "type": "http.response.start",
                    "status": self.status_code,
                    "headers": self.raw_headers,
                }
            )
            telling = asyncio.create_task(self._tell(send))
            try:
                await _gone(receive, telling)
            finally:
                telling.cancel()
                await asyncio.gather(telling, return_exceptions=True)

    async def _tell(self, send: Send) -> None:
        await _send(send, f"retry: {RETRY_MS}\n\n")
        while self._goes_on():
            self._news.clear()
            text = self._next()
            if text is not None:
                await _send(send, text)
                continue
            try:
                async with asyncio.timeout(LOOK_S):
                    await self._news.wait()
            except TimeoutError:
                await _send(send, "event: alive\ndata: {}\n\n")
        await send({"type": "http.response.body", "body": b"", "more_body": False})

    def _next(self) -> str | None:
        away = any(feed.away for feed in self._following.feeds)
        if away != self._was_away:
            self._was_away = away
            if away:
                return "event: away\ndata: {}\n\n"
        return None if away else self._following.event()

    def _goes_on(self) -> bool:
        """A stream of other rights than the session has by now is over; so is a refused one."""
        refused = any(feed.fault for feed in self._following.feeds)
        return (
            not refused and not self._parts.closing.is_set() and self._rights_now() == self._rights
        )

    def _rights_now(self) -> object:
        account = self._parts.sessions.account_of(self._session_key)
        return account.rights if account else None


async def _gone(receive: Receive, telling: "asyncio.Task[None]") -> None:
    """Returns when the browser has gone, or all is told."""
    leaving = asyncio.create_task(_disconnected(receive))
    try:
        await asyncio.wait({leaving, telling}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        leaving.cancel()
        await asyncio.gather(leaving, return_exceptions=True)


async def _disconnected(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _send(send: Send, text: str) -> None:
    try:
        async with asyncio.timeout(SEND_S):
            await send({"type": "http.response.body", "body": text.encode(), "more_body": True})
    except TimeoutError:
        STUCK.inc()
        raise
