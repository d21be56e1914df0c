"""`./sasayaki bench vault`: what it costs to keep recordings sealed.

The launcher imports no service, so recording measures its own vault in a process of its own.
"""

import subprocess
import sys


def main(arguments: list[str]) -> int:
    """Prints one JSON object; the other process's exit code."""
    command = [sys.executable, "-m", "sasayaki_recording.vault.bench", *arguments]
    return subprocess.run(command, check=False).returncode
