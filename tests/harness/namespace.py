"""A network namespace for foreign phones: a wire between them and this machine, and nothing else.

Phones in it have an address of their own, as phones on a desk do, and reach nothing but ours.
Needs root. Addresses are of RFC 2544's range for tests between devices.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

NAMESPACES_MOST = 250


@dataclass(frozen=True)
class Namespace:
    """A namespace; `ours` is this machine's end of the wire, `theirs` the phones'."""

    name: str
    ours: str
    theirs: str

    def command(self, *command: str) -> list[str]:
        """Returns the command line that runs a program inside."""
        return ["ip", "netns", "exec", self.name, *command]


@contextmanager
def namespace() -> Iterator[Namespace]:
    """A namespace with a wire to it; both are gone afterwards."""
    made, link = _made()
    try:
        _ip("addr", "add", f"{made.ours}/30", "dev", link)
        _ip("link", "set", link, "up")
        _ip("-n", made.name, "addr", "add", f"{made.theirs}/30", "dev", "phones")
        _ip("-n", made.name, "link", "set", "phones", "up")
        _ip("-n", made.name, "link", "set", "lo", "up")
        yield made
    finally:
        # The wire goes with its far end.
        _ip("netns", "del", made.name)


def _made() -> tuple[Namespace, str]:
    """The first that is free; the name of a wire can be taken only once."""
    name = f"ssyk-{os.getpid()}"
    _ip("netns", "add", name)
    for number in range(1, NAMESPACES_MOST):
        link = f"ssyk{number}"
        wire = ("link", "add", link, "type", "veth", "peer", "name", "phones", "netns", name)
        try:
            _ip(*wire)
        except RuntimeError as taken:
            if "exists" not in str(taken):
                _ip("netns", "del", name)
                raise
        else:
            return Namespace(name, f"198.18.{number}.1", f"198.18.{number}.2"), link
    _ip("netns", "del", name)
    raise RuntimeError(f"all {NAMESPACES_MOST} wires are there already: look at `ip link`")


def _ip(*arguments: str) -> None:
    done = subprocess.run(["ip", *arguments], capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"ip {' '.join(arguments)}: {done.stderr.strip()}")
