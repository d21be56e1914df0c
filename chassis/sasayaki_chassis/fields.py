"""Checks of a request's fields; what fails names the field."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, TypeAlias

ID_BYTES_MOST = 128

Check: TypeAlias = Callable[[Any], str | None]
"""What is wrong with a value, or None."""


class InvalidField(Exception):
    """A request's field cannot be what it says."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(f"{field}: {message}")
        self.field = field


def require(request: Any, **checks: Check) -> None:
    """Raises InvalidField for the first field whose check finds a fault.

    `require(request, request_id=REQUEST_ID, contact_id=an_id("con"), priority=between(0, 9))`.
    A field named `request_id` is always checked, listed or not.
    """
    if "request_id" in request.DESCRIPTOR.fields_by_name:
        checks = {"request_id": REQUEST_ID, **checks}
    for field, check in checks.items():
        if fault := check(getattr(request, field)):
            raise InvalidField(field, fault)


def text(*, least: int = 1, most: int = 256) -> Check:
    """Text of `least` to `most` bytes in UTF-8."""

    def check(value: str) -> str | None:
        size = len(value.encode())
        return None if least <= size <= most else f"{least} to {most} bytes, not {size}"

    return check


def characters(*, least: int = 0, most: int) -> Check:
    """Text of so many characters, whatever their size in bytes; blanks alone count as none."""

    def check(value: str) -> str | None:
        count = len(value) if value.strip() or not least else 0
        return None if least <= count <= most else f"{least} to {most} characters, not {count}"

    return check


def an_id(prefix: str, *, optional: bool = False) -> Check:
    """An id that starts with `prefix` and an underscore, ASCII throughout."""

    def check(value: str) -> str | None:
        if optional and not value:
            return None
        named = value.startswith(f"{prefix}_") and len(prefix) + 1 < len(value) <= ID_BYTES_MOST
        plain = value.isascii() and value.replace("-", "").replace("_", "").isalnum()
        return None if named and plain else f"an id like '{prefix}_…', not {value[:40]!r}"

    return check


def between(least: float, most: float) -> Check:
    def check(value: float) -> str | None:
        return None if least <= value <= most else f"{least} to {most}, not {value!r}"

    return check


def chosen(value: int) -> str | None:
    """An enum that is not UNSPECIFIED."""
    return None if value else "must be chosen"


def present(value: object) -> str | None:
    """Anything but the zero value."""
    return None if value else "must be given"


def instant(request: Any, field: str) -> datetime | None:
    """What a request's Timestamp says, None when it is not given; raises InvalidField."""
    if not request.HasField(field):
        return None
    stamp = getattr(request, field)
    try:
        return datetime.fromtimestamp(stamp.seconds + stamp.nanos / 1e9, UTC)
    except (OverflowError, OSError, ValueError) as error:
        raise InvalidField(field, "no instant") from error


REQUEST_ID: Check = text(most=ID_BYTES_MOST)
