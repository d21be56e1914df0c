"""What all methods of MonitoringService share: their service's name, roles and checks."""

from typing import Any

from sasayaki_chassis.decider import Refused
from sasayaki_chassis.fields import Check
from sasayaki_chassis.rpc import Context, caller

SERVICE = "/sasayaki.monitoring.v1.MonitoringService/"
SUPERVISORS = frozenset(("supervisor", "manager"))


def named(enum: Any) -> Check:
    """A value of a proto enum that has a name and is not UNSPECIFIED."""
    return lambda value: None if value and value in enum.values() else "must be chosen"


def characters(*, least: int, most: int) -> Check:
    """Text of so many characters, whatever their size in bytes; blanks alone count as none."""

    def check(value: str) -> str | None:
        count = len(value) if value.strip() or not least else 0
        return None if least <= count <= most else f"{least} to {most} characters, not {count}"

    return check


def check_permitted(client_id: str | None, clients: frozenset[str]) -> None:
    """Refuses NOT_PERMITTED unless the client company is one of these."""
    if client_id not in clients:
        raise Refused("NOT_PERMITTED", "not a client company of yours")


def asked(request_id: str, command: object, context: Context) -> str:
    """The id of a caller's request within one stream, which has those of several methods.

    Services have made theirs for the stream.
    """
    who = caller(context)
    if who.role == "service":
        return request_id
    return f"{who.user_id}/{type(command).__name__}/{request_id}"
