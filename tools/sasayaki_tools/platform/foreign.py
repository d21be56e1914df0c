"""What tests with phones of other makes need of a machine. Standard library only.

baresip and sipp come with the system, not with Python, and their network needs root: a machine
may be without, and then these tests do not run there, and that is said.
"""

import os
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

PROGRAMS = {"baresip": "baresip-core", "sipp": "sip-tester", "ip": "iproute2"}
"""What is run, and the Debian package that has it."""
NAMESPACES = Path("/proc/self/ns/net")


def missing(
    which: Callable[[str], str | None] = shutil.which, uid: Callable[[], int] = os.geteuid
) -> Iterator[tuple[str, str]]:
    """What is not here, each with what brings it."""
    if not sys.platform.startswith("linux") or not NAMESPACES.exists():
        yield "Linux's network namespaces", "run it on Linux"
    for program, package in PROGRAMS.items():
        if which(program) is None:
            yield program, f"apt-get install --no-install-recommends {package}"
    if uid() != 0:
        yield "root, who alone may make a network namespace", "sudo ./sasayaki test foreign"
