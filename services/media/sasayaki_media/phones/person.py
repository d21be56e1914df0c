"""Somebody with a phone."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Person:
    """A user of a tenant: two tenants may each have one of the same id."""

    tenant_id: str
    user_id: str
