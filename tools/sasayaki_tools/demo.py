"""`demo`: brings the platform up, lets the demo driver play on it, ends what it started."""

import os
import subprocess
import sys

from sasayaki_tools import running, up
from sasayaki_tools.paths import BINARIES, ROOT, state_dir
from sasayaki_tools.platform.plan import Places

SEED = "demo"


def demo(arguments: list[str]) -> int:
    """Plays calls until Ctrl-C, or with `--check` asserts and ends; the driver's exit code."""
    if "-h" in arguments or "--help" in arguments:
        return subprocess.run([*_driver(), *arguments], check=False).returncode
    places = Places(state_dir())
    ours = running.running(places) is None
    try:
        with up.interruptible():
            up.start(SEED)
            return subprocess.run(
                [*_driver(), *arguments],
                env={**os.environ, "SASAYAKI_STATE_DIR": str(places.state)},
                check=False,
            ).returncode
    except KeyboardInterrupt:
        return 0
    finally:
        if ours:
            running.down()


def _driver() -> list[str]:
    state = state_dir()
    places = {
        "--endpoints": state / "run" / "endpoints.json",
        "--softphone": BINARIES / "sasayaki-softphone",
        "--folder": state / "demo",
        "--keys": state / "keys",
        "--prompts": ROOT / "seed" / "prompts",
    }
    given = [str(part) for pair in places.items() for part in pair]
    return [sys.executable, "-m", "sasayaki_demo", *given]
