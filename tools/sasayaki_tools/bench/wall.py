"""`./sasayaki bench wall`: the supervisor wall in a browser, with a thousand seats that change.

The browser and the gateway of tables are the tests'; this starts them in a process of their own.
"""

import subprocess
import sys

from sasayaki_tools.paths import ROOT


def main(arguments: list[str]) -> int:
    """Prints one JSON object; the other process's exit code."""
    own = [sys.executable, "-m", "tests.harness.wall_bench"]
    return subprocess.run([*own, *arguments], cwd=ROOT, check=False).returncode
