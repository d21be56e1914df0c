"""An account, and who may make or change which. Pure."""

from dataclasses import dataclass, replace
from typing import Any

from sasayaki_chassis.decider import Refused

MANAGES = frozenset(("manager", "admin"))
"""Roles that see and change accounts."""
BELOW_MANAGER = frozenset(("operator", "supervisor", "client", "auditor"))
"""Roles that a manager gives and takes; every other is an administrator's to give."""


@dataclass(frozen=True, slots=True)
class Account:
    """A person of one tenant. Without a password hash they sign in by OIDC or not at all."""

    user_id: str
    tenant_id: str
    name: str
    furigana: str
    name_en: str
    role: str
    team_id: str
    client_ids: tuple[str, ...]
    password_hash: str = ""
    disabled: bool = False
    initial_until_s: float = 0.0
    """Until when a password that somebody else set may be replaced by one's own, in seconds since
    1970; 0: it is one's own."""
    subject: str = ""
    """Who it is at the identity provider, which may give a name to another person one day."""

    @property
    def has_initial_password(self) -> bool:
        return self.initial_until_s > 0

    @property
    def rights(self) -> tuple[str, str, tuple[str, ...], str]:
        """What tokens say beside who it is: with equal ones two people see the same floor."""
        return (self.tenant_id, self.role, tuple(sorted(self.client_ids)), self.team_id)


def changed(account: Account, fields: dict[str, Any]) -> Account:
    """The account with some fields replaced."""
    return replace(account, **fields)


def may_see(actor: Account) -> None:
    """Raises Refused unless the actor manages accounts."""
    if actor.role not in MANAGES:
        raise Refused("NOT_PERMITTED", f"role {actor.role!r} may not manage accounts")


def may_make(actor: Account, new: Account) -> None:
    """Raises Refused unless the actor may bring this account about.

    A manager gives no more than they have: roles below theirs, client companies of their own.
    """
    may_see(actor)
    if actor.role == "admin":
        return
    if new.role not in BELOW_MANAGER:
        raise Refused("NOT_PERMITTED", f"a manager may not give the role {new.role!r}")
    foreign = set(new.client_ids) - set(actor.client_ids)
    if foreign:
        raise Refused("NOT_PERMITTED", f"not the manager's client companies: {sorted(foreign)!r}")


def may_change(actor: Account, before: Account, after: Account) -> None:
    """Raises Refused unless the actor may turn one account into the other.

    Nobody changes their own rights, so nobody locks themselves out or lifts themselves up.
    """
    may_see(actor)
    if actor.user_id == before.user_id:
        if (before.rights, before.disabled) != (after.rights, after.disabled):
            raise Refused("OWN_RIGHTS", "nobody changes their own rights")
        if before.subject != after.subject:
            raise Refused("OWN_SUBJECT", "nobody loosens their own tie to the provider")
        return
    may_make(actor, before)
    may_make(actor, after)
