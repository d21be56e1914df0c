"""People by name, and accounts for those who manage them."""

from typing import Any

from fastapi import APIRouter, Request

from sasayaki_gateway.accounts.account import Account, changed, may_change, may_make, may_see
from sasayaki_gateway.accounts.store import ACCOUNTS_MOST
from sasayaki_gateway.contract import shapes
from sasayaki_gateway.faults import Fault
from sasayaki_gateway.parts import Parts
from sasayaki_gateway.web.guard import Reading, Who, Writing, parts_of
from sasayaki_gateway.web.shown import shown_account, shown_person

OUTSIDE = frozenset(("client", "integrator"))
"""Roles of people who are not of the centre: they see no names but their own."""

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
        new = changed(new, {"password_hash": await parts.passwords.hash(asked.password)})
    await parts.store.put_account(new)
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
    fields: dict[str, Any] = asked.model_dump(exclude={"password"}, exclude_none=True)
    if "client_ids" in fields:
        fields["client_ids"] = tuple(fields["client_ids"])
    after = changed(before, fields)
    may_change(who.account, before, after)
    if asked.password is not None:
        after = changed(after, {"password_hash": await parts.passwords.hash(asked.password)})
    await parts.store.put_account(after)
    if (before.rights, before.password_hash) != (after.rights, after.password_hash):
        await parts.sessions.end_all_of(user_id, but=who.session.key)
    return shown_account(after)


def _of_tenant(parts: Parts, who: Who) -> list[Account]:
    found = parts.store.accounts.values()
    return [each for each in found if each.tenant_id == who.account.tenant_id]
