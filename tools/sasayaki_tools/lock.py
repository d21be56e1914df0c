"""Writes the dependency locks again from the `pyproject.toml`s: `python -m sasayaki_tools.lock`.

For maintainers; needs uv. uv's own lock names registry addresses and is thrown away; what stays are
hashes, which pip and uv take alike.
"""

import subprocess
import sys
from pathlib import Path

from sasayaki_tools.paths import ROOT

LOCKS = {
    "requirements.lock": ["--all-packages", "--no-default-groups"],
    "requirements-dev.lock": ["--all-packages", "--group", "dev"],
    "tools/locks/cmake.lock": ["--only-group", "cmake"],
    "tools/locks/jre.lock": ["--only-group", "jre"],
    "tools/locks/node.lock": ["--only-group", "node"],
    "tools/locks/rust.lock": ["--only-group", "rust"],
}
# Only its list of addresses is read, so what it depends on is not wanted.
MAVEN_CLIENT = "jgo==3.2.0"
PLAIN = ["--no-header", "--no-annotate", "--quiet"]


def main() -> int:
    """Resolves the workspace once and exports each lock."""
    _uv("lock", "--upgrade" if "--upgrade" in sys.argv else "--quiet")
    try:
        for lock, what in LOCKS.items():
            _uv("export", "--locked", "--no-emit-workspace", *PLAIN, *what, "-o", lock)
    finally:
        (ROOT / "uv.lock").unlink(missing_ok=True)
    hashes = ["--no-deps", "--generate-hashes", *PLAIN, "-o", "tools/locks/maven.lock"]
    _uv("pip", "compile", "-", *hashes, given=MAVEN_CLIENT)
    for lock in [*LOCKS, "tools/locks/maven.lock"]:
        assert "//" not in Path(ROOT / lock).read_text(), f"{lock} names an address"
    return 0


def _uv(*arguments: str, given: str = "") -> None:
    subprocess.run(
        ["uv", *arguments],
        cwd=ROOT,
        input=given,
        text=True,
        check=True,
        stdout=subprocess.DEVNULL,
    )


if __name__ == "__main__":
    sys.exit(main())
