"""The console: built from its sources when it is not there, or was built from others."""

import fcntl
from pathlib import Path

from sasayaki_tools.paths import CONSOLE, ROOT
from sasayaki_tools.platform import node
from sasayaki_tools.platform.rust import fingerprint
from sasayaki_tools.say import Failed, note, step

DIST = CONSOLE / "dist"
STAMP = DIST / ".sasayaki.stamp"
SOURCES = ("index.html", "package-lock.json", "postcss.config.mjs", "tsconfig.json")


def build() -> None:
    """Builds it if need be; without Node a platform runs as well, and the gateway says so.

    A console without our stamp came with a release and stays as it is.
    """
    lock = ROOT / ".cache" / "console.lock"
    lock.parent.mkdir(exist_ok=True)
    with lock.open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        if not _is_stale():
            return
        try:
            found = node.bring_node()
            with step("console (the first time takes a minute)" if _is_first() else "console"):
                node.install(found, CONSOLE)
                node.run(found, CONSOLE, ["npm", "run", "build"])
                STAMP.write_text(fingerprint(_sources()))
        except Failed as failure:
            note(f"the console could not be built; everything else runs: {failure}")


def _is_first() -> bool:
    return not (CONSOLE / "node_modules").is_dir()


def _is_stale() -> bool:
    if not (DIST / "index.html").is_file():
        return True
    return STAMP.is_file() and STAMP.read_text() != fingerprint(_sources())


def _sources() -> list[Path]:
    """Everything that a build reads of ours."""
    folders = (CONSOLE / "src", CONSOLE / "public")
    files = [file for folder in folders for file in folder.rglob("*") if file.is_file()]
    own = [CONSOLE / name for name in SOURCES]
    return [*files, *own, *CONSOLE.glob("vite.config.*")]
