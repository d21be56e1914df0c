"""Before a route: whose session it is, and whether the request was meant."""

import hmac
import time
from dataclasses import dataclass
from typing import Annotated, TypeAlias

from fastapi import Depends, Request
from starlette.requests import HTTPConnection

from sasayaki_gateway.accounts.account import Account
from sasayaki_gateway.faults import Fault, no_session
from sasayaki_gateway.parts import Parts
from sasayaki_gateway.sessions.session import Session

COOKIE = "sasayaki_session"
CSRF_HEADER = "X-Sasayaki-Csrf"


@dataclass(frozen=True, slots=True)
class Who:
    """Who asks."""

    session: Session
    account: Account


def parts_of(connection: HTTPConnection) -> Parts:
    parts: Parts = connection.app.state.parts
    return parts


def cookie_of(connection: HTTPConnection) -> str | None:
    """The session cookie that the browser brought."""
    return connection.cookies.get(parts_of(connection).origins.cookie(COOKIE))


def signed_in(connection: HTTPConnection, *, even_initial: bool = False) -> Who:
    """Whose session it is; raises Fault.

    Who has a password that somebody else set may do nothing but choose another.
    """
    found = parts_of(connection).sessions.of_cookie(cookie_of(connection))
    if found is None:
        raise no_session()
    who = Who(*found)
    connection.state.user_id = who.account.user_id
    if who.account.has_initial_password and not even_initial:
        raise Fault("PERMISSION_DENIED", "choose a password of your own", "PASSWORD_INITIAL")
    return who


def meant(connection: HTTPConnection, *, even_initial: bool = False) -> Who:
    """As `signed_in`, for writes: the page that asks knows the session's CSRF token."""
    from_our_page(connection)
    who = signed_in(connection, even_initial=even_initial)
    given = connection.headers.get(CSRF_HEADER, "")
    if not hmac.compare_digest(given.encode(), who.session.csrf.encode()):
        raise Fault("PERMISSION_DENIED", f"{CSRF_HEADER} is not the session's", "CSRF")
    return who


def from_our_page(connection: HTTPConnection) -> None:
    """Raises Fault when a browser says that another page asks; programs say nothing."""
    origin, host = connection.headers.get("origin"), connection.headers.get("host", "")
    if origin is not None and not parts_of(connection).origins.knows(origin, host):
        raise Fault("PERMISSION_DENIED", f"not from {origin!r}", "ORIGIN")


def in_pace(connection: HTTPConnection, who: Who, cost: int = 1) -> Who:
    """Raises Fault when the person asks faster than people do."""
    paces = parts_of(connection).paces
    wait_s = paces.wait_s(who.account.user_id, time.monotonic(), cost)
    if wait_s > 0:
        raise Fault("RESOURCE_EXHAUSTED", "too many requests", "TOO_FAST", retry_s=wait_s)
    return who


def _reading(request: Request) -> Who:
    return in_pace(request, signed_in(request))


def _writing(request: Request) -> Who:
    return in_pace(request, meant(request))


def _reading_early(request: Request) -> Who:
    return in_pace(request, signed_in(request, even_initial=True))


def _writing_early(request: Request) -> Who:
    return in_pace(request, meant(request, even_initial=True))


def _anybody(request: Request) -> None:
    from_our_page(request)


Reading: TypeAlias = Annotated[Who, Depends(_reading)]
Writing: TypeAlias = Annotated[Who, Depends(_writing)]
ReadingEarly: TypeAlias = Annotated[Who, Depends(_reading_early)]
"""Also of who has yet to choose a password."""
WritingEarly: TypeAlias = Annotated[Who, Depends(_writing_early)]
FromOurPage: TypeAlias = Annotated[None, Depends(_anybody)]
