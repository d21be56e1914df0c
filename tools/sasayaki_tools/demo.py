"""`demo`: brings the platform up, lets the demo driver play on it, ends what it started."""

import signal
import subprocess
import sys

from sasayaki_demo.__main__ import read_arguments
from sasayaki_tools import running, up
from sasayaki_tools.paths import BINARIES, ROOT, state_dir
from sasayaki_tools.platform.plan import Places

SEED = "demo"
# The driver hangs up its phones before it ends.
DRIVER_END_WAIT_S = 10.0
_PROGRAM = (sys.executable, "-m", "sasayaki_demo")


def demo(arguments: list[str]) -> int:
    """Plays calls until Ctrl-C, or with `--check` asserts and ends; the driver's exit code."""
    command = [*_driver(), *arguments]
    # Asked wrongly, or for help, it ends here: before anything was started.
    read_arguments(command[len(_PROGRAM) :])
    ours = running.running(Places(state_dir())) is None
    try:
        with up.interruptible():
            up.start(SEED)
            return _play(command)
    except KeyboardInterrupt:
        return 0
    finally:
        if ours:
            running.down()


def _play(command: list[str]) -> int:
    """Runs the driver in a group of its own, so that one Ctrl-C reaches it once, through us."""
    with subprocess.Popen(command, process_group=0) as driver:
        try:
            return driver.wait()
        except KeyboardInterrupt:
            driver.send_signal(signal.SIGINT)
            try:
                driver.wait(DRIVER_END_WAIT_S)
            except subprocess.TimeoutExpired:
                driver.kill()
            raise


def _driver() -> list[str]:
    state = state_dir()
    places = {
        "--endpoints": state / "run" / "endpoints.json",
        "--softphone": BINARIES / "sasayaki-softphone",
        "--folder": state / "demo",
        "--keys": state / "keys",
        "--prompts": ROOT / "seed" / "prompts",
    }
    return [*_PROGRAM, *(str(part) for pair in places.items() for part in pair)]
