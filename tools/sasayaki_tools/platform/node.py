"""Node, which makes the console and its types: one that is found, else one from a wheel."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from sasayaki_tools.platform import wheels
from sasayaki_tools.platform.said import version_said
from sasayaki_tools.say import Failed, step

NODE_VERSION_MIN = (20, 19)
LINES_SHOWN = 40


@dataclass(frozen=True, slots=True)
class Node:
    """A runtime with its npm: the folder that goes in front of the PATH, and its version."""

    folder: Path
    version: str

    def environment(self) -> dict[str, str]:
        return {**os.environ, "PATH": f"{self.folder}{os.pathsep}{os.environ['PATH']}"}


def find_node() -> Node | None:
    """The runtime on the PATH, else the one that was brought earlier, if new enough."""
    for program in _candidates():
        said = _version(program)
        if said is not None and tuple(map(int, said.split(".")[:2])) >= NODE_VERSION_MIN:
            return Node(program.parent, said)
    return None


def bring_node() -> Node:
    """The runtime to use; fetched as a wheel when the machine has none."""
    found = find_node()
    if found is not None:
        return found
    try:
        with step("node from a wheel (no node >= 20.19 found)"):
            wheels.bring("node")
    except Failed as failure:
        raise Failed(f"{failure}\nor bring Node 20.19 or newer with npm") from None
    found = find_node()
    if found is None:
        raise Failed("the node that was brought does not run on this machine")
    return found


def install(node: Node, folder: Path) -> None:
    """Installs what `package-lock.json` of a folder names, once per lock."""
    stamp = folder / "node_modules" / ".sasayaki.stamp"
    wanted = sha256((folder / "package-lock.json").read_bytes()).hexdigest()
    if stamp.is_file() and stamp.read_text() == wanted:
        return
    offline = ["--offline"] if wheels.offline() else []
    run(node, folder, ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", *offline])
    stamp.write_text(wanted)


def run(node: Node, folder: Path, command: list[str]) -> None:
    """Runs a program of Node's in a folder; raises Failed with its last words."""
    done = subprocess.run(
        command,
        cwd=folder,
        env=node.environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        check=False,
    )
    if done.returncode != 0:
        shown = "\n".join(done.stdout.splitlines()[-LINES_SHOWN:])
        raise Failed(f"{shown}\n{' '.join(command)} failed in {folder}")


def _candidates() -> Iterator[Path]:
    on_path = shutil.which("node")
    if on_path:
        yield Path(on_path)
    yield wheels.place("node") / "bin" / "node"


def _version(program: Path) -> str | None:
    """20.19.2, or None if it does not run or has no npm beside it."""
    if not (os.access(program, os.X_OK) and os.access(program.parent / "npm", os.X_OK)):
        return None
    named = re.match(r"v(\d+\.\d+\.\d+)\S*\s", version_said(program, "--version") or "")
    return named.group(1) if named else None
