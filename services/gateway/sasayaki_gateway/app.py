"""The gateway put together: parts, routes, what stands around them, its life."""

import asyncio
import logging
from socket import socket

import uvicorn
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp

from sasayaki_chassis.decider import Refused
from sasayaki_chassis.probes import Probes
from sasayaki_gateway.accounts.people import read_people
from sasayaki_gateway.faults import Fault
from sasayaki_gateway.parts import Parts, make_parts
from sasayaki_gateway.settings import Settings
from sasayaki_gateway.web import (
    account_routes,
    door_routes,
    oidc_routes,
    own_account_routes,
    phone_socket,
    prompt_routes,
    recording_routes,
    session_routes,
    static,
)
from sasayaki_gateway.web.outer import Outer, body_of, too_large

HOUSEKEEPING_S = 30.0
NOTED = frozenset((403, 429))
"""Statuses of refusals that somebody who looks for attacks wants to read of."""
SOCKET_BYTES_MOST = 128 * 1024
"""Of one message of a WebSocket."""
CONNECTIONS_MOST = 5_000
HEAD_BYTES_MOST = 32 * 1024
GRACE_S = 2
"""For requests that run while the gateway stops."""

log = logging.getLogger(__name__)


def make_app(parts: Parts) -> ASGIApp:
    """The ASGI application."""
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)
    app.state.parts = parts
    for each in (
        session_routes,
        oidc_routes,
        own_account_routes,
        account_routes,
        door_routes,
        recording_routes,
        prompt_routes,
        phone_socket,
        static,
    ):
        app.include_router(each.router)
    app.add_exception_handler(Fault, _fault)
    app.add_exception_handler(Refused, _refused)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(Exception, _bug)
    return Outer(app, parts.origins)


async def run(settings: Settings) -> None:
    """Serves until SIGTERM or SIGINT."""
    async with asyncio.TaskGroup() as tasks:
        parts = make_parts(settings, tasks)
        try:
            await _make_people(parts)
            await _serve(parts, tasks)
        finally:
            parts.feeds.close()
            await parts.upstream.close()
            parts.store.close()


async def _serve(parts: Parts, tasks: asyncio.TaskGroup) -> None:
    host, _, port = parts.settings.listen_address.rpartition(":")
    config = uvicorn.Config(
        make_app(parts),
        host=host,
        port=int(port),
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=bool(parts.settings.trusted_proxies),
        forwarded_allow_ips=parts.settings.trusted_proxies,
        ws="websockets-sansio",
        ws_max_size=SOCKET_BYTES_MOST,
        limit_concurrency=CONNECTIONS_MOST,
        h11_max_incomplete_event_size=HEAD_BYTES_MOST,
        timeout_graceful_shutdown=GRACE_S,
    )
    server = _Server(config, parts)
    probes = Probes(lambda: server.started and not server.should_exit)
    await probes.start(parts.settings.http_address)
    housekeeping = tasks.create_task(_housekeeping(parts))
    try:
        await server.serve()
    finally:
        housekeeping.cancel()
        await probes.stop()


class _Server(uvicorn.Server):
    """Ends the streams first, which would otherwise go on until they are cut off."""

    def __init__(self, config: uvicorn.Config, parts: Parts) -> None:
        super().__init__(config)
        self._parts = parts

    async def shutdown(self, sockets: list[socket] | None = None) -> None:
        self._parts.closing.set()
        await super().shutdown()


async def _housekeeping(parts: Parts) -> None:
    while True:
        await asyncio.sleep(HOUSEKEEPING_S)
        await parts.sessions.end_old()


async def _make_people(parts: Parts) -> None:
    file = parts.settings.people_file
    if file is None:
        return
    for account in await asyncio.to_thread(read_people, file):
        if account.user_id not in parts.store.accounts:
            await parts.store.put_account(account)


async def _fault(request: Request, fault: Exception) -> JSONResponse:
    assert isinstance(fault, Fault)
    if fault.status in NOTED:
        route = request.scope.get("route")
        extra = {
            "user_id": getattr(request.state, "user_id", ""),
            "method": request.method,
            "route": getattr(route, "path", ""),
            "code": fault.code,
            "reason": fault.reason,
        }
        log.warning("request_refused", extra=extra)
    return JSONResponse(fault.body(), fault.status, fault.headers())


async def _refused(request: Request, refused: Exception) -> JSONResponse:
    assert isinstance(refused, Refused)
    return await _fault(request, Fault("PERMISSION_DENIED", str(refused), refused.reason))


async def _invalid(request: Request, error: Exception) -> JSONResponse:
    """Says where and what, never what was given: it may be a password."""
    assert isinstance(error, RequestValidationError)
    said = [f"{'.'.join(map(str, each['loc']))}: {each['msg']}" for each in error.errors()]
    fault = Fault("INVALID_ARGUMENT", "; ".join(said), "FIELDS")
    return JSONResponse(fault.body(), fault.status)


async def _bug(request: Request, error: Exception) -> JSONResponse:
    """Says nothing of what went wrong: the log does."""
    fault = Fault("INTERNAL", "something went wrong here", "BUG")
    return JSONResponse(fault.body(), fault.status)


async def _http(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    if error.status_code == 413:
        fault = too_large(body_of(request.scope))
        return JSONResponse(fault.body(), fault.status)
    code = "NOT_FOUND" if error.status_code == 404 else "UNIMPLEMENTED"
    fault = Fault(code, str(error.detail), "NO_ROUTE", error.status_code)
    return JSONResponse(fault.body(), fault.status)
