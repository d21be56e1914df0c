"""`./sasayaki bench routing`: decisions of a pool of 1,000 operators with 200 contacts waiting.

The launcher imports no service, so routing measures itself in a process of its own, on a broker
that is started for it.
"""

import subprocess
import sys
import tempfile
from pathlib import Path

from sasayaki_tools import broker


def main(arguments: list[str]) -> int:
    """Prints one JSON object; the other process's exit code."""
    with (
        tempfile.TemporaryDirectory(prefix="sasayaki-bench-") as folder,
        broker.running(broker.bring(), Path(folder)) as address,
    ):
        own = [sys.executable, "-m", "sasayaki_routing.bench", "--kafka", address]
        return subprocess.run([*own, *arguments], check=False).returncode
