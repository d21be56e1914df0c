"""Signing in at an identity provider, where there is one."""

import hmac
import logging
from dataclasses import replace

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse

from sasayaki_gateway.accounts.account import Account
from sasayaki_gateway.faults import Fault
from sasayaki_gateway.parts import Parts
from sasayaki_gateway.web.guard import parts_of
from sasayaki_gateway.web.oidc import PENDING_S, Named, Oidc
from sasayaki_gateway.web.session_routes import account_named, begin

STATE_COOKIE = "sasayaki_oidc"
BACK = "/api/session/oidc/callback"

log = logging.getLogger(__name__)
router = APIRouter()


@router.get("/api/session/oidc")
async def to_provider(request: Request) -> RedirectResponse:
    """To the provider; the browser keeps the state, so that another's answer is not taken."""
    parts, oidc = _oidc(request)
    address, state = await oidc.begin(_own_address(request, parts) + BACK)
    answer = RedirectResponse(address, 303)
    answer.set_cookie(
        parts.origins.cookie(STATE_COOKIE),
        state,
        path="/",
        httponly=True,
        samesite="lax",
        secure=parts.origins.secure,
        max_age=int(PENDING_S),
    )
    return answer


@router.get(BACK)
async def back(request: Request, state: str = "", code: str = "") -> RedirectResponse:
    """From the provider: a session, if it names somebody who has an account."""
    parts, oidc = _oidc(request)
    kept = request.cookies.get(parts.origins.cookie(STATE_COOKIE), "")
    if not state or not hmac.compare_digest(kept.encode(), state.encode()):
        raise Fault("PERMISSION_DENIED", "this browser did not begin it", "OIDC_STATE")
    try:
        named = await oidc.finish(state, code)
    except Fault as fault:
        log.warning("proof_failed", extra={"way": "oidc", "user_id": "", "reason": fault.reason})
        raise
    account = await _tied(parts, named)
    answer = RedirectResponse("/", 303)
    await begin(parts, account, request, answer, way="oidc")
    answer.delete_cookie(
        parts.origins.cookie(STATE_COOKIE),
        path="/",
        httponly=True,
        samesite="lax",
        secure=parts.origins.secure,
    )
    return answer


async def _tied(parts: Parts, named: Named) -> Account:
    """Whose account it is: the first person who comes by a name is tied to it; raises Fault."""
    account = account_named(parts, named.name.lower())
    if account is None or account.disabled:
        raise Fault("PERMISSION_DENIED", "there is no account for this person", "OIDC_UNKNOWN")
    if not account.subject:
        account = replace(account, subject=named.subject)
        await parts.store.put_account(account)
    if account.subject != named.subject:
        log.warning("proof_failed", extra={"way": "oidc", "user_id": account.user_id})
        raise Fault("PERMISSION_DENIED", "the account is another person's", "OIDC_OTHER_PERSON")
    return account


def _oidc(request: Request) -> tuple[Parts, Oidc]:
    parts = parts_of(request)
    if parts.oidc is None:
        raise Fault("NOT_FOUND", "no identity provider here", "NO_OIDC")
    return parts, parts.oidc


def _own_address(request: Request, parts: Parts) -> str:
    """How the browser came, of the names that are ours."""
    host = request.headers.get("host", "")
    scheme = "https" if parts.origins.secure else "http"
    return f"{scheme}://{host}"
