"""A whole platform for tests: started by the launcher in a state folder of its own, ended by it."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sasayaki_demo.endpoints import Endpoints, read_endpoints

ROOT = Path(__file__).resolve().parents[2]
LAUNCHER = ROOT / "sasayaki"
SOFTPHONE = ROOT / "services" / "media" / "core" / "target" / "ci" / "sasayaki-softphone"
UP_S = 600
BACK_S = 30.0


@dataclass(frozen=True)
class Running:
    """A platform that is up."""

    state: Path
    endpoints: Endpoints

    @property
    def keys(self) -> Path:
        """The folder of the client companies' keys."""
        return self.state / "keys"

    def process_id(self, service: str) -> int:
        """Returns the process id of a service as the launcher noted it."""
        return int((self.state / "run" / f"{service}.pid").read_text().split()[0])

    def kill(self, service: str) -> None:
        """Ends a service by SIGKILL and returns when the launcher has started another."""
        dead = self.process_id(service)
        os.kill(dead, signal.SIGKILL)
        deadline = time.monotonic() + BACK_S
        while self.process_id(service) == dead:
            if time.monotonic() > deadline:
                raise TimeoutError(f"{service} was not restarted within {BACK_S} s")
            time.sleep(0.02)


@contextmanager
def running_platform(**settings: str) -> Iterator[Running]:
    """Starts a platform with the demo's seed and ends it; its logs are shown on failure."""
    with state_folder() as state, started(state, **settings) as platform:
        yield platform


@contextmanager
def state_folder() -> Iterator[Path]:
    """An empty folder for a platform's state, gone afterwards."""
    # Unix socket paths have 108 bytes at most, so not below pytest's deep folders.
    state = Path(tempfile.mkdtemp(prefix="ssyk-"))
    try:
        yield state
    finally:
        shutil.rmtree(state, ignore_errors=True)


@contextmanager
def started(state: Path, **settings: str) -> Iterator[Running]:
    """Starts the platform of a state folder with the demo's seed and ends it."""
    environment = {**os.environ, **settings}
    try:
        launch(state, "up", "--seed", "demo", "--detach", environment=environment)
        yield Running(state, read_endpoints(state / "run" / "endpoints.json"))
    except BaseException:
        for log in sorted((state / "log").glob("*.log")):
            sys.stderr.write(
                "\n".join([f"--- {log.name}", *log.read_text().splitlines()[-40:], ""])
            )
        raise
    finally:
        launch(state, "down", environment=environment)


def launch(state: Path, *verb: str, environment: Mapping[str, str] = os.environ) -> str:
    """What a verb of the launcher prints for a state folder; raises RuntimeError with its words."""
    done = subprocess.run(
        [LAUNCHER, *verb],
        env={**environment, "SASAYAKI_STATE_DIR": str(state)},
        capture_output=True,
        text=True,
        timeout=UP_S,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"sasayaki {verb[0]} failed:\n{done.stdout}\n{done.stderr}")
    return done.stdout
