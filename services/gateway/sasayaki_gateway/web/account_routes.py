"""People by name, and accounts for those who manage them."""

import logging
import time
from typing import Any

from fastapi import APIRouter, Request

from sasayaki_chassis.decider import Refused
from sasayaki_gateway.accounts.account import Account, changed, may_change, may_make, may_see
from sasayaki_gateway.accounts.store import ACCOUNTS_MOST
from sasayaki_gateway.contract import shapes
from sasayaki_gateway.faults import Fault
from sasayaki_gateway.parts import Parts
from sasayaki_gateway.web.guard import Reading, Who, Writing, parts_of
from sasayaki_gateway.web.proving import hashed
from sasayaki_gateway.web.shown import shown_account, shown_person

INITIAL_S = 72 * 3600.0
"""A password that somebody else set is good for so long, for choosing one's own."""
OUTSIDE = frozenset(("client", "integrator"))
"""Roles of people who are not of the centre: they see no names but their own."""

log = logging.getLogger(__name__)
router = APIRouter()


@router.get("/api/people")
async def people(request: Request, who: Reading) -> list[shapes.Person]:
    """Who is who in the caller's tenant."""
    if who.account.role in OUTSIDE:
        return [shown_person(who.account)]
    return [shown_person(each) for each in _of_tenant(parts_of(request), who)]


@router.get("/api/accounts")
async def accounts(request: Request, who: Reading) -> list[shapes.Account]:
    may_see(who.account)
    return [shown_account(each) for each in _of_tenant(parts_of(request), who)]


@router.post("/api/accounts")
async def make(asked: shapes.NewAccount, request: Request, who: Writing) -> shapes.Account:
    """Makes an account of the caller's tenant."""
    parts = parts_of(request)
    fields = asked.model_dump(exclude={"password"})
    new = Account(
        **{**fields, "client_ids": tuple(asked.client_ids)}, tenant_id=who.account.tenant_id
    )
    may_make(who.account, new)
    if asked.user_id in parts.store.accounts:
        raise Fault("ALREADY_EXISTS", f"{asked.user_id!r} is taken", "USER_TAKEN")
    if len(parts.store.accounts) >= ACCOUNTS_MOST:
        raise Fault("RESOURCE_EXHAUSTED", "there are too many accounts", "TOO_MANY_ACCOUNTS")
    if asked.password is not None:
        new = changed(new, await _initial(parts, new, asked.password))
    await parts.store.put_account(new)
    _note("account_made", who, new)
    return shown_account(new)


@router.patch("/api/accounts/{user_id}")
async def change(
    user_id: str, asked: shapes.AccountChange, request: Request, who: Writing
) -> shapes.Account:
    """Changes an account; with other rights or another password its sessions end."""
    parts = parts_of(request)
    before = parts.store.accounts.get(user_id)
    if before is None or before.tenant_id != who.account.tenant_id:
        may_see(who.account)
        raise Fault("NOT_FOUND", f"no account {user_id!r}", "UNKNOWN_USER")
    fields: dict[str, Any] = asked.model_dump(
        exclude={"password", "forget_subject"}, exclude_none=True
    )
    if asked.forget_subject:
        fields["subject"] = ""
    if "client_ids" in fields:
        fields["client_ids"] = tuple(fields["client_ids"])
    after = changed(before, fields)
    may_change(who.account, before, after)
    if asked.password is not None:
        if user_id == who.account.user_id:
            raise Refused("OWN_PASSWORD", "one's own password is chosen with the present one")
        after = changed(after, await _initial(parts, after, asked.password))
    await parts.store.put_account(after)
    _note("account_changed", who, after)
    if _entry(before) != _entry(after):
        await parts.sessions.end_all_of(user_id, but=who.session.key)
    return shown_account(after)


@router.delete("/api/accounts/{user_id}/sessions", status_code=204)
async def sign_out_person(user_id: str, request: Request, who: Writing) -> None:
    """Ends every session of a person whose account the caller may change."""
    parts = parts_of(request)
    found = parts.store.accounts.get(user_id)
    may_see(who.account)
    if found is None or found.tenant_id != who.account.tenant_id:
        raise Fault("NOT_FOUND", f"no account {user_id!r}", "UNKNOWN_USER")
    may_change(who.account, found, found)
    await parts.sessions.end_all_of(user_id, but=who.session.key)
    _note("sessions_ended", who, found)


async def _initial(parts: Parts, account: Account, password: str) -> dict[str, Any]:
    """What a password that somebody else sets changes."""
    made = await hashed(parts, account, password)
    return {"password_hash": made, "initial_until_s": time.time() + INITIAL_S}


def _entry(account: Account) -> object:
    """What a session rests on."""
    return (account.rights, account.password_hash, account.subject)


def _note(event: str, who: Who, account: Account) -> None:
    log.info(event, extra={"user_id": who.account.user_id, "account": account.user_id})


def _of_tenant(parts: Parts, who: Who) -> list[Account]:
    found = parts.store.accounts.values()
    return [each for each in found if each.tenant_id == who.account.tenant_id]
