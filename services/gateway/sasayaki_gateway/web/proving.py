"""Proof by password, of a sign-in or before something that matters; and which may be set."""

import logging
import time
from collections.abc import Iterable

from fastapi import Request

from sasayaki_gateway.accounts.account import Account
from sasayaki_gateway.accounts.passwords import TooManyWait, Weak
from sasayaki_gateway.faults import Fault
from sasayaki_gateway.parts import Parts
from sasayaki_gateway.web.guard import parts_of

WORDS = {
    "PASSWORD_GUESSABLE": "password: easily guessed",
    "PASSWORD_LEAKED": "password: on the list of leaked ones",
}

log = logging.getLogger(__name__)


def address_of(request: Request) -> str:
    """From where it comes; by a proxy that is trusted, from where it came to that."""
    return request.client.host if request.client else ""


def not_locked(request: Request, user: str) -> None:
    """Raises Fault while too many tries have failed."""
    parts = parts_of(request)
    wait_s = parts.attempts.locked_for_s(user, address_of(request), time.monotonic())
    if wait_s > 0:
        log.warning("proof_locked", extra=_about(parts, user))
        raise Fault("RESOURCE_EXHAUSTED", f"wait {int(wait_s) + 1} s", "LOCKED", retry_s=wait_s)


async def proves(request: Request, account: Account | None, user: str, password: str) -> bool:
    """Whether it is the account's password; a wrong one counts. Raises Fault when too many ask."""
    parts, address = parts_of(request), address_of(request)
    known = account.password_hash if account and not account.disabled else ""
    try:
        right = await parts.passwords.matches(known, password)
    except TooManyWait:
        raise Fault("UNAVAILABLE", "too many sign in at once", "BUSY") from None
    if account is not None and right:
        parts.attempts.succeeded(user, address)
        return True
    parts.attempts.failed(user, address, time.monotonic())
    log.warning("proof_failed", extra=_about(parts, user))
    return False


async def prove(request: Request, account: Account, password: str) -> None:
    """Raises Fault unless it is the password of who is signed in."""
    not_locked(request, account.user_id)
    if not await proves(request, account, account.user_id, password):
        raise Fault("PERMISSION_DENIED", "wrong password", "WRONG_PASSWORD")


async def hashed(parts: Parts, of: Account, password: str) -> str:
    """The hash of a new password; raises Fault for one that must not be set."""
    words: Iterable[str] = (of.user_id.removeprefix("usr_"), of.name, of.furigana, of.name_en)
    try:
        return await parts.passwords.hash(password, (*words, of.tenant_id.removeprefix("out_")))
    except Weak as weak:
        raise Fault("INVALID_ARGUMENT", WORDS[weak.reason], weak.reason) from None


def _about(parts: Parts, user: str) -> dict[str, str]:
    """Of a name that no account has nothing is written down: it may be a password."""
    known = next((each for each in (user, f"usr_{user}") if each in parts.store.accounts), "")
    return {"way": "password", "user_id": known}
