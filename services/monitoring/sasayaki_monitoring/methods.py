"""What all methods of MonitoringService share: their service's name, roles and checks."""

from typing import Any

from sasayaki_chassis.decider import Refused
from sasayaki_chassis.fields import Check

SERVICE = "/sasayaki.monitoring.v1.MonitoringService/"
SUPERVISORS = frozenset(("supervisor", "manager"))


def named(enum: Any) -> Check:
    """A value of a proto enum that has a name and is not UNSPECIFIED."""
    return lambda value: None if value and value in enum.values() else "must be chosen"


def check_permitted(client_id: str | None, clients: frozenset[str]) -> None:
    """Refuses NOT_PERMITTED unless the client company is one of these."""
    if client_id not in clients:
        raise Refused("NOT_PERMITTED", "not a client company of yours")
