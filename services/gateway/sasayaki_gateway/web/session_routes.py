"""Signing in and out."""

import asyncio
import logging
import time
from uuid import uuid4

from fastapi import APIRouter, Request, Response
from prometheus_client import Counter

from sasayaki.media.v1 import media_service_pb2 as media
from sasayaki_gateway.accounts.account import Account
from sasayaki_gateway.accounts.passwords import TooManyWait
from sasayaki_gateway.contract import shapes
from sasayaki_gateway.contract.methods import OpenMethod
from sasayaki_gateway.doors.upstream import described
from sasayaki_gateway.faults import Fault
from sasayaki_gateway.parts import Parts
from sasayaki_gateway.sessions.session import Session
from sasayaki_gateway.sessions.sessions import Full
from sasayaki_gateway.web.guard import COOKIE, FromOurPage, Reading, Who, Writing, parts_of
from sasayaki_gateway.web.shown import shown_person, shown_session

DISCONNECT = OpenMethod("media", "MediaService", "DisconnectBrowser", frozenset())
SIGN_INS = Counter("sasayaki_gateway_sign_ins_total", "Tries to sign in.", ("way", "outcome"))

log = logging.getLogger(__name__)
router = APIRouter()


@router.get("/api/session")
async def session(request: Request, who: Reading) -> shapes.Session:
    """The session that the cookie names."""
    return _shown(parts_of(request), who.account, who.session)


@router.get("/api/session/ways")
async def ways(request: Request) -> shapes.SignInWays:
    """How one may sign in here."""
    settings = parts_of(request).settings
    return shapes.SignInWays(password=True, demo=settings.demo, oidc=bool(settings.oidc_issuer))


@router.post("/api/session")
async def sign_in(
    asked: shapes.SignIn, request: Request, response: Response, _: FromOurPage
) -> shapes.Session:
    """Signs in by password; says the same whether the account or the password is wrong."""
    parts, address = parts_of(request), request.client.host if request.client else ""
    user = asked.user.strip().lower()
    wait_s = parts.attempts.locked_for_s(user, address, time.monotonic())
    if wait_s > 0:
        SIGN_INS.labels("password", "locked").inc()
        response.headers["Retry-After"] = str(int(wait_s) + 1)
        raise Fault("RESOURCE_EXHAUSTED", f"wait {int(wait_s) + 1} s", "LOCKED")
    account = account_named(parts, user)
    known = account.password_hash if account and not account.disabled else ""
    try:
        right = await parts.passwords.matches(known, asked.password)
    except TooManyWait:
        raise Fault("UNAVAILABLE", "too many sign in at once", "BUSY") from None
    if account is None or not right:
        SIGN_INS.labels("password", "wrong").inc()
        parts.attempts.failed(user, address, time.monotonic())
        raise Fault("UNAUTHENTICATED", "wrong name or password", "WRONG")
    parts.attempts.succeeded(user, address)
    return await begin(parts, account, request, response, way="password")


@router.delete("/api/session", status_code=204)
async def sign_out(request: Request, response: Response, who: Writing) -> None:
    """Signs out; the browser's phone hangs up."""
    parts = parts_of(request)
    connection_id = parts.phones.connection_of(who.account.user_id, who.session.key)
    await parts.sessions.end(who.session.key)
    response.delete_cookie(COOKIE, path="/", httponly=True, samesite="lax")
    if connection_id:
        await _disconnect(parts, who, connection_id)


@router.get("/api/session/demo")
async def demo_people(request: Request) -> list[shapes.Person]:
    """Whom a click signs in."""
    parts = _demo(request)
    return [shown_person(each) for each in parts.store.accounts.values() if not each.disabled]


@router.post("/api/session/demo")
async def demo_sign_in(
    asked: shapes.DemoSignIn, request: Request, response: Response, _: FromOurPage
) -> shapes.Session:
    """Signs one of the demo's people in."""
    parts = _demo(request)
    account = parts.store.accounts.get(asked.user_id)
    if account is None or account.disabled:
        raise Fault("NOT_FOUND", "no such person", "UNKNOWN_USER")
    return await begin(parts, account, request, response, way="demo")


def account_named(parts: Parts, user: str) -> Account | None:
    """An account by its user id, with or without `usr_`."""
    return parts.store.accounts.get(user) or parts.store.accounts.get(f"usr_{user}")


async def begin(
    parts: Parts, account: Account, request: Request, response: Response, *, way: str
) -> shapes.Session:
    """A new session for an account; its cookie is never one that the browser brought."""
    try:
        cookie, made = await parts.sessions.begin(account, request.cookies.get(COOKIE))
    except Full:
        raise Fault("RESOURCE_EXHAUSTED", "too many sessions", "TOO_MANY_SESSIONS") from None
    SIGN_INS.labels(way, "done").inc()
    response.set_cookie(
        COOKIE,
        cookie,
        path="/",
        httponly=True,
        samesite="lax",
        secure=parts.origins.secure,
        max_age=parts.settings.session_hours_most * 3600,
    )
    return _shown(parts, account, made)


def _shown(parts: Parts, account: Account, of: Session) -> shapes.Session:
    return shown_session(account, of, parts.sessions.ends_at_s(of))


def _demo(request: Request) -> Parts:
    parts = parts_of(request)
    if not parts.settings.demo:
        raise Fault("NOT_FOUND", "no demo here", "NO_DEMO")
    return parts


async def _disconnect(parts: Parts, who: Who, connection_id: str) -> None:
    asked = media.DisconnectBrowserRequest(request_id=str(uuid4()), connection_id=connection_id)
    try:
        async with asyncio.timeout(2):
            await parts.upstream.call(described(DISCONNECT), asked, parts.tokens.of(who.account))
    except (Fault, TimeoutError):
        log.warning("browser_not_disconnected")  # media notices by itself that nothing comes
