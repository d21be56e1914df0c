"""A browser without a screen: what the console sends and hears, by HTTP."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from typing import Any, TypeAlias

from httpx2 import AsyncClient, Response

Event: TypeAlias = tuple[str, str, Any]
"""Kind, id and data of a server-sent event."""
Events: TypeAlias = AbstractAsyncContextManager[AsyncIterator[Event]]


@dataclass
class Browser:
    """Its cookies, and the CSRF token once it is signed in."""

    http: AsyncClient
    csrf: str = ""

    async def sign_in(self, user: str) -> Response:
        """Signs one of the demo's people in, by one click."""
        answer = await self.http.post("/api/session/demo", json={"userId": user})
        if answer.status_code == 200:
            self.csrf = answer.json()["csrf"]
        return answer

    async def rpc(self, name: str, body: Mapping[str, Any] | None = None) -> Response:
        return await self.write("POST", f"/api/rpc/{name}", body or {})

    async def write(self, method: str, path: str, body: Mapping[str, Any] | None) -> Response:
        headers = {"X-Sasayaki-Csrf": self.csrf}
        return await self.http.request(method, path, json=body, headers=headers)

    @asynccontextmanager
    async def events(self, name: str, last: str = "") -> AsyncIterator[AsyncIterator[Event]]:
        """The events of a stream as they come, after an id if one is given; no signs of life."""
        headers = {"Last-Event-ID": last} if last else {}
        async with self.http.stream("GET", f"/api/stream/{name}", headers=headers) as answer:
            assert answer.status_code == 200, await answer.aread()
            yield _events(answer)


@asynccontextmanager
async def browser(address: str, user: str = "") -> AsyncIterator[Browser]:
    """A browser of its own, signed in if a user is named."""
    async with AsyncClient(base_url=f"http://{address}", timeout=20) as http:
        made = Browser(http)
        if user:
            assert (await made.sign_in(user)).status_code == 200
        yield made


async def _events(answer: Response) -> AsyncIterator[Event]:
    kind, mark, data = "message", "", ""
    async for line in answer.aiter_lines():
        name, _, value = line.partition(": ")
        if name == "event":
            kind = value
        elif name == "id":
            mark = value
        elif name == "data":
            data = value
        elif not line and data:
            if kind != "alive":
                yield kind, mark, json.loads(data)
            kind, data = "message", ""
