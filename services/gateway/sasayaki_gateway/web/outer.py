"""Around every request: its size, its kind, the headers of its answer. Plain ASGI."""

import json
import time
from collections.abc import Sequence

from prometheus_client import Counter, Histogram
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sasayaki_gateway.faults import Fault
from sasayaki_gateway.web.origin import Origins

BODY_BYTES_MOST = 1024 * 1024
DRAINED_BYTES_MOST = 8 * BODY_BYTES_MOST
CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        # The console's components set sizes and colours as style attributes; no script comes of it.
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data: blob:",
        "font-src 'self'",
        "connect-src 'self'",
        "media-src 'self' blob: data:",
        "worker-src 'self' blob:",
        "manifest-src 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
    )
)
HEADERS: Sequence[tuple[str, str]] = (
    ("Content-Security-Policy", CONTENT_SECURITY_POLICY),
    ("X-Content-Type-Options", "nosniff"),
    ("X-Frame-Options", "DENY"),
    ("Referrer-Policy", "no-referrer"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
    ("Permissions-Policy", "microphone=(self), camera=(), geolocation=(), display-capture=()"),
)
HTTPS_HEADER = ("Strict-Transport-Security", "max-age=31536000")

REFUSED = Counter(
    "sasayaki_gateway_requests_refused_total", "Requests refused before their route.", ("why",)
)
SECONDS = Histogram(
    "sasayaki_gateway_request_seconds",
    "Time from a request to the head of its answer.",
    ("status",),
)


class Outer:
    """Stands before the routes."""

    def __init__(self, app: ASGIApp, origins: Origins) -> None:
        self._app = app
        self._origins = origins
        self._headers = [*HEADERS, *([HTTPS_HEADER] if origins.secure else [])]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        fault = self._fault(scope)
        if scope["type"] == "websocket":
            if fault is not None:
                await send({"type": "websocket.close", "code": 1008, "reason": fault.reason})
            else:
                await self._app(scope, receive, send)
            return
        send = self._with_headers(scope, send)
        if fault is not None:
            await _drain(receive)
            await _answer(fault, send)
            return
        await self._app(scope, _Bounded(receive), send)

    def _fault(self, scope: Scope) -> Fault | None:
        """What is wrong with a request's head."""
        headers = Headers(scope=scope)
        if not self._origins.knows_host(headers.get("host", "")):
            REFUSED.labels("host").inc()
            return Fault("INVALID_ARGUMENT", "no such host here", "HOST", 421)
        length = headers.get("content-length", "0")
        if not length.isdecimal() or int(length) > BODY_BYTES_MOST:
            REFUSED.labels("body_size").inc()
            return too_large()
        kind = headers.get("content-type", "application/json").split(";")[0].strip().lower()
        # A form of another page can send other kinds, but not this one.
        if scope.get("method") in ("POST", "PATCH", "PUT") and kind != "application/json":
            REFUSED.labels("content_type").inc()
            return Fault("INVALID_ARGUMENT", "the body must be application/json", "TYPE", 415)
        return None

    def _with_headers(self, scope: Scope, send: Send) -> Send:
        began = time.perf_counter()

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                SECONDS.labels(str(message["status"])).observe(time.perf_counter() - began)
                headers = MutableHeaders(scope=message)
                for name, value in self._headers:
                    headers.setdefault(name, value)
                if scope["path"].startswith("/api/"):
                    headers.setdefault("Cache-Control", "no-store")
            await send(message)

        return sending


class _Bounded:
    """Counts a body that did not say its length."""

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self._bytes = 0

    async def __call__(self) -> Message:
        message = await self._receive()
        if message["type"] == "http.request":
            self._bytes += len(message.get("body", b""))
            if self._bytes > BODY_BYTES_MOST:
                REFUSED.labels("body_size").inc()
                raise HTTPException(413)
        return message


def too_large() -> Fault:
    return Fault("INVALID_ARGUMENT", f"the body has over {BODY_BYTES_MOST} bytes", "TOO_LARGE", 413)


async def _drain(receive: Receive) -> None:
    """Takes what is still being sent, within reason: a browser reads no answer before."""
    taken = 0
    while taken <= DRAINED_BYTES_MOST:
        message = await receive()
        taken += len(message.get("body", b""))
        if message["type"] != "http.request" or not message.get("more_body", False):
            return


async def _answer(fault: Fault, send: Send) -> None:
    body = json.dumps(fault.body()).encode()
    headers = [
        (b"content-type", b"application/json"),
        (b"content-length", str(len(body)).encode()),
        (b"connection", b"close"),
    ]
    await send({"type": "http.response.start", "status": fault.status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
