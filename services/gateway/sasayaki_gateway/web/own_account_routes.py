"""What everybody may do to their own account: another password, a look at their sessions."""

import logging
from dataclasses import replace
from datetime import UTC, datetime

from fastapi import APIRouter, Request, Response

from sasayaki_gateway.accounts.account import Account
from sasayaki_gateway.contract import shapes
from sasayaki_gateway.faults import Fault
from sasayaki_gateway.parts import Parts
from sasayaki_gateway.web.guard import Reading, Who, Writing, WritingEarly, parts_of
from sasayaki_gateway.web.proving import hashed, prove
from sasayaki_gateway.web.session_routes import begin

log = logging.getLogger(__name__)
router = APIRouter()


@router.post("/api/session/password")
async def choose_password(
    asked: shapes.OwnPassword, request: Request, response: Response, who: WritingEarly
) -> shapes.Session:
    """Another password for oneself; every session ends, and this browser gets a new one."""
    parts = parts_of(request)
    await prove(request, who.account, asked.current)
    if asked.password == asked.current:
        raise Fault("INVALID_ARGUMENT", "password: the same as before", "PASSWORD_SAME")
    made = await hashed(parts, who.account, asked.password)
    account = replace(_still(parts, who.account), password_hash=made, initial_until_s=0.0)
    await parts.store.put_account(account)
    await parts.sessions.end_all_of(account.user_id)
    log.info("password_chosen", extra={"user_id": account.user_id})
    return await begin(parts, account, request, response, way="password")


@router.get("/api/session/all")
async def own_sessions(request: Request, who: Reading) -> list[shapes.OwnSession]:
    """The person's sessions, the one used last first."""
    parts = parts_of(request)
    return [
        shapes.OwnSession(
            session_id=each.name,
            began_at=_instant(each.began_s),
            seen_at=_instant(each.seen_s),
            here=each.key == who.session.key,
        )
        for each in parts.sessions.of_person(who.account.user_id)
    ]


@router.post("/api/session/end", status_code=204)
async def end_sessions(asked: shapes.EndSessions, request: Request, who: Writing) -> None:
    """Ends one other session of the person, or all others; for who proves again who they are."""
    parts = parts_of(request)
    others = [
        each.key
        for each in parts.sessions.of_person(who.account.user_id)
        if each.key != who.session.key and asked.session_id in (None, each.name)
    ]
    if asked.session_id is not None and not others:
        raise Fault("NOT_FOUND", f"no other session {asked.session_id!r}", "UNKNOWN_SESSION")
    await _prove_anew(parts, request, who, asked.password)
    for key in others:
        await parts.sessions.end(key)
    extra = {"user_id": who.account.user_id, "sessions": len(others)}
    log.info("own_sessions_ended", extra=extra)


async def _prove_anew(parts: Parts, request: Request, who: Who, password: str) -> None:
    """By password, or by having signed in just now: who comes by a provider has no password."""
    if password:
        await prove(request, who.account, password)
    elif not parts.sessions.is_fresh(who.session):
        raise Fault("PERMISSION_DENIED", "give the password or sign in anew", "PROVE_ANEW")


def _still(parts: Parts, account: Account) -> Account:
    """The account as it is by now, if nobody changed its password or shut it meanwhile."""
    found = parts.store.accounts.get(account.user_id)
    if found is None or found.disabled or found.password_hash != account.password_hash:
        raise Fault("ABORTED", "the account was changed meanwhile", "CHANGED")
    return found


def _instant(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds")
