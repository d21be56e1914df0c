"""`./sasayaki bench fairness`: a million records folded, a new one, and one question about all.

The launcher imports no service, so monitoring measures its own view in a process of its own.
"""

import subprocess
import sys


def main(arguments: list[str]) -> int:
    """Prints one JSON object; the other process's exit code."""
    command = [sys.executable, "-m", "sasayaki_monitoring.fairness.bench", *arguments]
    return subprocess.run(command, check=False).returncode
