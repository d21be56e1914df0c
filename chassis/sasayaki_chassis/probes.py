"""The HTTP side of a service: /metrics for Prometheus, /healthz for whoever restarts it."""

import asyncio
import json
from collections.abc import Callable

from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

REQUEST_S = 5.0
"""A client that has not sent its request by then, or not taken its answer, is let go."""


class Probes:
    """A GET-only server on one address."""

    def __init__(
        self, healthy: Callable[[], bool], asyncapi: Callable[[], str] | None = None
    ) -> None:
        self._healthy = healthy
        self._asyncapi = asyncapi
        self._server: asyncio.Server | None = None

    async def start(self, address: str) -> int:
        host, _, port = address.rpartition(":")
        self._server = await asyncio.start_server(self._answer, host, int(port), limit=8_192)
        bound: int = self._server.sockets[0].getsockname()[1]
        return bound

    async def stop(self) -> None:
        if self._server is not None:
            self._server.close()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            async with asyncio.timeout(REQUEST_S):
                head = await reader.readuntil(b"\r\n\r\n")
            writer.write(await self._response(head.split(b" ", 2)[:2]))
            async with asyncio.timeout(REQUEST_S):
                await writer.drain()
        except (TimeoutError, OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            pass  # a client that speaks no HTTP gets no answer
        finally:
            writer.close()

    async def _response(self, request: list[bytes]) -> bytes:
        status, kind, body = "200 OK", "application/json", b""
        match request:
            case [b"GET", b"/metrics"]:
                kind, body = CONTENT_TYPE_LATEST, generate_latest()
            case [b"GET", b"/healthz"]:
                healthy = self._healthy()
                status = "200 OK" if healthy else "503 Service Unavailable"
                body = json.dumps({"serving": healthy}).encode()
            case [b"GET", b"/asyncapi.json"] if self._asyncapi is not None:
                document = await asyncio.to_thread(self._asyncapi)  # it takes a second to write
                body = document.encode()
            case _:
                status = "404 Not Found"
        head = f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n"
        return f"{head}Connection: close\r\n\r\n".encode() + body
