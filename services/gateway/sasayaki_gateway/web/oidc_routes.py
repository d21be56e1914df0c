"""Signing in at an identity provider, where there is one."""

import hmac

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse

from sasayaki_gateway.faults import Fault
from sasayaki_gateway.parts import Parts
from sasayaki_gateway.web.guard import parts_of
from sasayaki_gateway.web.oidc import PENDING_S, Oidc
from sasayaki_gateway.web.session_routes import account_named, begin

STATE_COOKIE = "sasayaki_oidc"
BACK = "/api/session/oidc/callback"

router = APIRouter()


@router.get("/api/session/oidc")
async def to_provider(request: Request) -> RedirectResponse:
    """To the provider; the browser keeps the state, so that another's answer is not taken."""
    parts, oidc = _oidc(request)
    address, state = await oidc.begin(_own_address(request, parts) + BACK)
    answer = RedirectResponse(address, 303)
    answer.set_cookie(
        STATE_COOKIE,
        state,
        path=BACK,
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
    kept = request.cookies.get(STATE_COOKIE, "")
    if not state or not hmac.compare_digest(kept.encode(), state.encode()):
        raise Fault("PERMISSION_DENIED", "this browser did not begin it", "OIDC_STATE")
    account = account_named(parts, (await oidc.finish(state, code)).lower())
    if account is None or account.disabled:
        raise Fault("PERMISSION_DENIED", "there is no account for this person", "OIDC_UNKNOWN")
    answer = RedirectResponse("/", 303)
    await begin(parts, account, request, answer, way="oidc")
    answer.delete_cookie(STATE_COOKIE, path=BACK)
    return answer


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
