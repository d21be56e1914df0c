"""Around every request: its size, its kind, the headers of its answer. Plain ASGI."""

import json
import time
from collections.abc import Sequence
from dataclasses import dataclass

from prometheus_client import Counter, Histogram
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sasayaki_gateway.faults import Fault
from sasayaki_gateway.web.oidc_routes import BACK
from sasayaki_gateway.web.origin import Origins

BODY_BYTES_MOST = 1024 * 1024
SOUND_BYTES_MOST = 2 * 1024 * 1024
"""Two minutes of a prompt are 1.9 MB."""
DRAINED_BYTES_MOST = 8 * BODY_BYTES_MOST
SOUNDS_PATH = "/api/prompts/"
CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "object-src 'none'",
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
API_POLICY = "; ".join(
    (
        "default-src 'none'",
        "object-src 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
        "sandbox",
    )
)
"""Of answers that are no pages, should one be opened as if it were."""
HEADERS: Sequence[tuple[str, str]] = (
    ("X-Content-Type-Options", "nosniff"),
    ("X-Frame-Options", "DENY"),
    ("Referrer-Policy", "no-referrer"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
    ("Permissions-Policy", "microphone=(self), camera=(), geolocation=(), display-capture=()"),
)
HTTPS_HEADER = ("Strict-Transport-Security", "max-age=63072000; includeSubDomains")

REFUSED = Counter(
    "sasayaki_gateway_requests_refused_total", "Requests refused before their route.", ("why",)
)
SECONDS = Histogram(
    "sasayaki_gateway_request_seconds",
    "Time from a request to the head of its answer.",
    ("status",),
)


@dataclass(frozen=True, slots=True)
class Body:
    """What a request may bring."""

    kind: str
    bytes_most: int


JSON = Body("application/json", BODY_BYTES_MOST)
SOUND = Body("audio/wav", SOUND_BYTES_MOST)


def body_of(scope: Scope) -> Body:
    """JSON, but where a sound is put. A form of another page can send neither kind."""
    put = scope.get("method") == "PUT" and str(scope.get("path", "")).startswith(SOUNDS_PATH)
    return SOUND if put else JSON


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
        await self._app(scope, _Bounded(receive, body_of(scope)), send)

    def _fault(self, scope: Scope) -> Fault | None:
        """What is wrong with a request's head."""
        headers, body = Headers(scope=scope), body_of(scope)
        is_api = scope["path"].startswith("/api/")
        if not self._origins.knows_host(headers.get("host", "")):
            REFUSED.labels("host").inc()
            return Fault("INVALID_ARGUMENT", "no such host here", "HOST", 421)
        # Browsers say it by themselves; only the identity provider sends people here.
        site = headers.get("sec-fetch-site", "none")
        if is_api and site not in ("same-origin", "none") and scope["path"] != BACK:
            REFUSED.labels("site").inc()
            return Fault("PERMISSION_DENIED", f"not from a {site} page", "ORIGIN")
        length = headers.get("content-length", "0")
        if not length.isdecimal() or int(length) > body.bytes_most:
            REFUSED.labels("body_size").inc()
            return too_large(body)
        kind = headers.get("content-type", body.kind).split(";")[0].strip().lower()
        if scope.get("method") in ("POST", "PATCH", "PUT") and kind != body.kind:
            REFUSED.labels("content_type").inc()
            return Fault("INVALID_ARGUMENT", f"the body must be {body.kind}", "TYPE", 415)
        return None

    def _with_headers(self, scope: Scope, send: Send) -> Send:
        began = time.perf_counter()

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                SECONDS.labels(str(message["status"])).observe(time.perf_counter() - began)
                headers = MutableHeaders(scope=message)
                for name, value in self._headers:
                    headers.setdefault(name, value)
                is_api = scope["path"].startswith("/api/")
                policy = API_POLICY if is_api else CONTENT_SECURITY_POLICY
                headers.setdefault("Content-Security-Policy", policy)
                if is_api:
                    headers.setdefault("Cache-Control", "no-store")
            await send(message)

        return sending


class _Bounded:
    """Counts a body that did not say its length."""

    def __init__(self, receive: Receive, body: Body) -> None:
        self._receive = receive
        self._most = body.bytes_most
        self._bytes = 0

    async def __call__(self) -> Message:
        message = await self._receive()
        if message["type"] == "http.request":
            self._bytes += len(message.get("body", b""))
            if self._bytes > self._most:
                REFUSED.labels("body_size").inc()
                raise HTTPException(413)
        return message


def too_large(body: Body) -> Fault:
    return Fault("INVALID_ARGUMENT", f"the body has over {body.bytes_most} bytes", "TOO_LARGE", 413)


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
