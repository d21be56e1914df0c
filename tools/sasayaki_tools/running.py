"""`down`, `status`, `logs`: a platform that runs, as a person sees and ends it."""

import os
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from sasayaki_tools.paths import state_dir
from sasayaki_tools.platform import endpoints, pids
from sasayaki_tools.platform.endpoints import Endpoints
from sasayaki_tools.platform.plan import Places
from sasayaki_tools.say import Failed, note, step

LOOK_EVERY_S = 0.1
# Ending takes the services' grace, the broker's, and a little.
END_WAIT_S = 45.0
LINES_SHOWN = 60


def running(places: Places) -> Endpoints | None:
    """Where the running platform is, or None when its supervisor does not live."""
    return endpoints.read(places.endpoints) if supervisor(places) is not None else None


def supervisor(places: Places) -> pids.Identity | None:
    own = pids.read(places.pid_file("sasayaki"))
    return own if own is not None and pids.is_alive(own) else None


def down() -> int:
    """Ends everything that was started here, by identity; says so when nothing runs."""
    places = Places(state_dir())
    keeper = supervisor(places)
    left = [pids.read(file) for file in places.run.glob("*.pid")]
    if keeper is None and not any(who and pids.is_alive(who) for who in left):
        note("nothing runs")
        return 0
    with step("ending everything"):
        if keeper is not None:
            # It ends the others in their order; only the group of a stuck one is killed.
            os.kill(keeper.pid, signal.SIGTERM)
            until = time.monotonic() + END_WAIT_S
            while pids.is_alive(keeper) and time.monotonic() < until:
                time.sleep(LOOK_EVERY_S)
        pids.end([who for who in left if who is not None], grace_s=5.0)
    for file in [*places.run.glob("*.pid"), places.endpoints]:
        file.unlink(missing_ok=True)
    return 0


def status() -> int:
    """Prints what runs and how healthy it is; 0 when everything is well."""
    platform = running(Places(state_dir()))
    if platform is None:
        print("nothing runs")
        return 1
    # Only this verb needs grpc, whose import takes most of a second.
    from sasayaki_tools import health

    faults = health.unwell(platform)
    for name, process in sorted(platform.processes.items()):
        state = faults.get(name, "SERVING") if name != "broker" else "RUNNING"
        pid = f"pid {process.pid}" if process.pid else "waiting for a restart"
        print(f"{name:<11} {state:<12} {pid:<12} starts {process.starts}  since {process.since}")
    if platform.notes:
        print(f"ports that were taken: {', '.join(platform.notes)}")
    return 1 if faults else 0


def logs(service: str, *, follow: bool) -> int:
    """Prints the end of a process's log; with `follow` also what comes, until Ctrl-C."""
    places = Places(state_dir())
    file = places.log_file(service)
    if not file.is_file():
        known = ", ".join(sorted(log.stem for log in places.log.glob("*.log"))) or "none yet"
        raise Failed(f"no log of {service!r}; there are: {known}")
    try:
        for line in _lines(file, follow=follow):
            sys.stdout.write(line)
            sys.stdout.flush()
    except (KeyboardInterrupt, BrokenPipeError):
        return 0
    return 0


def tail(file: Path, lines: int) -> str:
    if not file.is_file():
        return "it said nothing"
    return "\n".join(file.read_text(errors="replace").splitlines()[-lines:])


def _lines(file: Path, *, follow: bool) -> Iterator[str]:
    """The last lines of a file that may grow, and may be emptied by the supervisor."""
    with file.open(errors="replace") as log:
        yield from log.readlines()[-LINES_SHOWN:]
        while follow:
            line = log.readline()
            if line:
                yield line
                continue
            if file.stat().st_size < log.tell():
                log.seek(0)
            time.sleep(LOOK_EVERY_S)
