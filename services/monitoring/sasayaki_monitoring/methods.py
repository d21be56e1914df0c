"""What all methods of MonitoringService share: their service's name, roles and checks."""

from typing import Any

from sasayaki_chassis.fields import Check

SERVICE = "/sasayaki.monitoring.v1.MonitoringService/"
SUPERVISORS = frozenset(("supervisor", "manager"))


def named(enum: Any) -> Check:
    """A value of a proto enum that has a name and is not UNSPECIFIED."""
    return lambda value: None if value and value in enum.values() else "must be chosen"


def characters(*, least: int, most: int) -> Check:
    """Text of so many characters, whatever their size in bytes."""

    def check(value: str) -> str | None:
        fits = least <= len(value) <= most
        return None if fits else f"{least} to {most} characters, not {len(value)}"

    return check
