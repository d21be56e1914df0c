"""`Range: bytes=…` of a file whose length is known (RFC 9110, 14.1.2). Pure."""

import re
from dataclasses import dataclass

SINGLE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")


class Unsatisfiable(Exception):
    """The file has no such part."""


@dataclass(frozen=True, slots=True)
class Span:
    """Bytes of a file, from the first to before the last."""

    start: int
    stop: int

    @property
    def length(self) -> int:
        return self.stop - self.start


def span_of(header: str | None, length: int) -> Span | None:
    """The part that is asked for; None: the whole, also for several parts, which may be ignored.

    Raises Unsatisfiable.
    """
    found = SINGLE.fullmatch(header.replace(" ", "")) if header else None
    if found is None or found.groups() == ("", ""):
        return None
    first, last = found.groups()
    if not first:  # the last so many bytes
        start, stop = max(0, length - int(last)), length
    else:
        start, stop = int(first), min(length, int(last) + 1) if last else length
    if start >= length or stop <= start:
        raise Unsatisfiable
    return Span(start, stop)
