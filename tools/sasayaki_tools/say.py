"""Progress for people: one line a step, plain text, the same on a terminal and in a log."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager


class Failed(Exception):
    """A step that cannot be done here; the message is for the user and names the way out."""


@contextmanager
def step(what: str) -> Iterator[None]:
    """Says what is being done, then how long it took, on one line of stderr."""
    print(f"  {what} ", end="", file=sys.stderr, flush=True)
    began = time.monotonic()
    try:
        yield
    except BaseException:
        print("failed", file=sys.stderr, flush=True)
        raise
    print(f"{time.monotonic() - began:.1f} s", file=sys.stderr, flush=True)


def note(what: str) -> None:
    """Says one thing that is no step."""
    print(f"  {what}", file=sys.stderr, flush=True)
