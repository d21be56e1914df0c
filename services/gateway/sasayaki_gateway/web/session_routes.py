"""Signing in and out."""

import asyncio
import logging
import time
from uuid import uuid4

from fastapi import APIRouter, Request, Response
from prometheus_client import Counter

from sasayaki.media.v1 import media_service_pb2 as media
from sasayaki_gateway.accounts.account import Account
from sasayaki_gateway.contract import shapes
from sasayaki_gateway.contract.methods import OpenMethod
from sasayaki_gateway.doors.upstream import described
from sasayaki_gateway.faults import Fault
from sasayaki_gateway.parts import Parts
from sasayaki_gateway.sessions.session import Session
from sasayaki_gateway.sessions.sessions import Changed, Full
from sasayaki_gateway.web.guard import (
    COOKIE,
    FromOurPage,
    ReadingEarly,
    Who,
    WritingEarly,
    cookie_of,
    parts_of,
)
from sasayaki_gateway.web.proving import not_locked, proves
from sasayaki_gateway.web.shown import shown_person, shown_session

DISCONNECT = OpenMethod("media", "MediaService", "DisconnectBrowser", frozenset())
SIGN_INS = Counter("sasayaki_gateway_sign_ins_total", "Tries to sign in.", ("way", "outcome"))

log = logging.getLogger(__name__)
router = APIRouter()


@router.get("/api/session")
async def session(request: Request, who: ReadingEarly) -> shapes.Session:
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
    parts, user = parts_of(request), asked.user.strip().lower()
    try:
        not_locked(request, user)
    except Fault:
        SIGN_INS.labels("password", "locked").inc()
        raise
    account = account_named(parts, user)
    if not await proves(request, account, user, asked.password) or account is None:
        SIGN_INS.labels("password", "wrong").inc()
        raise Fault("UNAUTHENTICATED", "wrong name or password", "WRONG")
    if account.has_initial_password and account.initial_until_s < time.time():
        SIGN_INS.labels("password", "over").inc()
        log.warning("initial_password_over", extra={"user_id": account.user_id})
        raise Fault("UNAUTHENTICATED", "this first password is too old", "INITIAL_OVER")
    return await begin(parts, account, request, response, way="password")


@router.delete("/api/session", status_code=204)
async def sign_out(request: Request, response: Response, who: WritingEarly) -> None:
    """Signs out; the browser's phone hangs up."""
    parts = parts_of(request)
    connection_id = parts.phones.connection_of(who.account.user_id, who.session.key)
    await parts.sessions.end(who.session.key)
    _set_cookie(parts, response, "", 0)
    log.info("signed_out", extra={"user_id": who.account.user_id})
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
        cookie, made = await parts.sessions.begin(account, cookie_of(request))
    except Full:
        raise Fault("RESOURCE_EXHAUSTED", "too many sessions", "TOO_MANY_SESSIONS") from None
    except Changed:
        SIGN_INS.labels(way, "changed").inc()
        raise Fault("UNAUTHENTICATED", "the account was changed meanwhile", "WRONG") from None
    SIGN_INS.labels(way, "done").inc()
    log.info("signed_in", extra={"user_id": account.user_id, "way": way, "session": made.name})
    _set_cookie(parts, response, cookie, parts.settings.session_hours_most * 3600)
    return _shown(parts, account, made)


def _set_cookie(parts: Parts, response: Response, value: str, age_s: int) -> None:
    """Lax: the way back from an identity provider must find the session that it replaces."""
    response.set_cookie(
        parts.origins.cookie(COOKIE),
        value,
        path="/",
        httponly=True,
        samesite="lax",
        secure=parts.origins.secure,
        max_age=age_s,
    )


def _shown(parts: Parts, account: Account, of: Session) -> shapes.Session:
    key = parts.tokens.storage_key(account.user_id)
    return shown_session(account, of, parts.sessions.ends_at_s(of), key)


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
