"""`./sasayaki bench console`: how soon people at the console hear and see, on a whole platform.

Browsers, phones and the platform are the end-to-end tests'; this starts them in a process of their
own.
"""

import subprocess
import sys

from sasayaki_tools.paths import ROOT


def main(arguments: list[str]) -> int:
    """Prints one JSON object; the other process's exit code."""
    own = [sys.executable, "-m", "tests.e2e.console_bench"]
    return subprocess.run([*own, *arguments], cwd=ROOT, check=False).returncode
