"""Before a route: whose session it is, and whether the request was meant."""

import hmac
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


def signed_in(connection: HTTPConnection) -> Who:
    """Whose session it is; raises Fault."""
    found = parts_of(connection).sessions.of_cookie(connection.cookies.get(COOKIE))
    if found is None:
        raise no_session()
    return Who(*found)


def meant(connection: HTTPConnection) -> Who:
    """As `signed_in`, for writes: the page that asks knows the session's CSRF token."""
    from_our_page(connection)
    who = signed_in(connection)
    given = connection.headers.get(CSRF_HEADER, "")
    if not hmac.compare_digest(given.encode(), who.session.csrf.encode()):
        raise Fault("PERMISSION_DENIED", f"{CSRF_HEADER} is not the session's", "CSRF")
    return who


def from_our_page(connection: HTTPConnection) -> None:
    """Raises Fault when a browser says that another page asks; programs say nothing."""
    origin, host = connection.headers.get("origin"), connection.headers.get("host", "")
    if origin is not None and not parts_of(connection).origins.knows(origin, host):
        raise Fault("PERMISSION_DENIED", f"not from {origin!r}", "ORIGIN")


def _reading(request: Request) -> Who:
    return signed_in(request)


def _writing(request: Request) -> Who:
    return meant(request)


def _anybody(request: Request) -> None:
    from_our_page(request)


Reading: TypeAlias = Annotated[Who, Depends(_reading)]
Writing: TypeAlias = Annotated[Who, Depends(_writing)]
FromOurPage: TypeAlias = Annotated[None, Depends(_anybody)]
