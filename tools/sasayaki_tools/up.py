"""`up`, `down`, `status`, `logs`: a platform as a person starts, sees and ends it."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sasayaki_tools import broker, health, seed
from sasayaki_tools.paths import ROOT, state_dir
from sasayaki_tools.platform import endpoints, pids, rust
from sasayaki_tools.platform.endpoints import Endpoints
from sasayaki_tools.platform.plan import Places
from sasayaki_tools.say import Failed, note, step

READY_WAIT_S = 120.0
LOOK_EVERY_S = 0.1
# A process that died this often before all were well will not get well by itself.
STARTS_MAX = 6
# Ending takes the services' grace, the broker's, and a little.
END_WAIT_S = 45.0
LINES_SHOWN = 60


def prepare() -> None:
    """Builds and fetches whatever a platform needs; at once when it is all there."""
    rust.build()
    if not os.environ.get("SASAYAKI_KAFKA_BOOTSTRAP"):
        broker.bring()


def start(seed_name: str | None) -> Endpoints:
    """A platform that runs, is well and has its seed; raises Failed when it does not come up."""
    places = Places(state_dir())
    running = _running(places)
    if running is None:
        prepare()
        running = _launch(places, seed_name)
    elif seed_name is not None and running.seed != seed_name:
        raise Failed("a platform runs without this seed; ./sasayaki down ends it")
    for line in running.notes:
        note(line)
    with step("media node and services"):
        _until_well(places)
    if seed_name is not None:
        with step(f"seed {seed_name}"):
            seed.apply(seed_name, running)
    return running


def is_up() -> bool:
    """Whether a platform with this state folder runs."""
    return _running(Places(state_dir())) is not None


def up(seed_name: str | None, *, detach: bool) -> int:
    """Starts a platform; without `detach` it lives until Ctrl-C."""
    began = time.monotonic()
    places = Places(state_dir())
    was_there = is_up()
    try:
        with interruptible():
            running = start(seed_name)
    except BaseException:
        if not was_there:
            down()
        raise
    note(f"ready after {time.monotonic() - began:.1f} s")
    print(f"SIP    {running.sip}")
    print(f"Kafka  {running.kafka}")
    for name, address in running.grpc.items():
        print(f"gRPC   {address}  {name}")
    print(f"all of it, with tokens: {places.endpoints}")
    if detach:
        return 0
    if was_there:
        note("it ran already and goes on; ./sasayaki down ends it")
        return 0
    note("Ctrl-C ends everything")
    with interruptible():
        try:
            while _supervisor(places) is not None:
                time.sleep(0.5)
        except KeyboardInterrupt:
            return down()
    raise Failed(f"the supervisor is gone; its last words are in {places.log_file('sasayaki')}")


def down() -> int:
    """Ends everything that was started here, by identity; says so when nothing runs."""
    places = Places(state_dir())
    supervisor = _supervisor(places)
    left = [pids.read(file) for file in places.run.glob("*.pid")]
    if supervisor is None and not any(who and pids.is_alive(who) for who in left):
        note("nothing runs")
        return 0
    with step("ending everything"):
        if supervisor is not None:
            # It ends the others in their order; only the group of a stuck one is killed.
            os.kill(supervisor.pid, signal.SIGTERM)
            until = time.monotonic() + END_WAIT_S
            while pids.is_alive(supervisor) and time.monotonic() < until:
                time.sleep(LOOK_EVERY_S)
        pids.end([who for who in left if who is not None], grace_s=5.0)
    for file in [*places.run.glob("*.pid"), places.endpoints]:
        file.unlink(missing_ok=True)
    return 0


def status() -> int:
    """Prints what runs and how healthy it is; 0 when everything is well."""
    running = _running(Places(state_dir()))
    if running is None:
        print("nothing runs")
        return 1
    faults = health.unwell(running)
    for name, process in sorted(running.processes.items()):
        state = faults.get(name, "SERVING") if name != "broker" else "RUNNING"
        pid = f"pid {process.pid}" if process.pid else "waiting for a restart"
        print(f"{name:<11} {state:<12} {pid:<12} starts {process.starts}  since {process.since}")
    for line in running.notes:
        print(line)
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


@contextmanager
def interruptible() -> Iterator[None]:
    """Lets SIGTERM and a closed terminal end things as Ctrl-C does."""

    def interrupt(number: int, frame: object) -> None:
        raise KeyboardInterrupt

    before = {what: signal.signal(what, interrupt) for what in (signal.SIGTERM, signal.SIGHUP)}
    try:
        yield
    finally:
        for what, handler in before.items():
            signal.signal(what, handler)


def _launch(places: Places, seed_name: str | None) -> Endpoints:
    """Starts the supervisor in a session of its own and waits until it says where things are."""
    places.make()
    command = [sys.executable, "-m", "sasayaki_tools.platform.supervisor"]
    if seed_name is not None:
        command += ["--seed", seed_name]
    log = places.log_file("sasayaki")
    with step("broker" if not os.environ.get("SASAYAKI_KAFKA_BOOTSTRAP") else "processes"):
        with log.open("ab") as out:
            process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                cwd=ROOT,
                start_new_session=True,
            )
        until = time.monotonic() + READY_WAIT_S
        while time.monotonic() < until:
            running = _running(places)
            if running is not None and {"node", "routing"} <= running.processes.keys():
                return running
            if process.poll() is not None:
                raise Failed(f"the supervisor ended: {_tail(log, 5)}")
            time.sleep(LOOK_EVERY_S)
    raise Failed(f"the broker does not start: {_tail(places.log_file('broker'), 15)}")


def _until_well(places: Places) -> None:
    """Waits until every health check says SERVING."""
    until = time.monotonic() + READY_WAIT_S
    while True:
        running = _running(places)
        if running is None:
            raise Failed(f"the supervisor is gone: {_tail(places.log_file('sasayaki'), 5)}")
        faults = health.unwell(running)
        if not faults:
            return
        # A program that was not started yet is not noted yet.
        hopeless = [
            name
            for name in faults
            if name in running.processes and running.processes[name].starts >= STARTS_MAX
        ]
        if hopeless or time.monotonic() > until:
            name = hopeless[0] if hopeless else next(iter(faults))
            words = _tail(places.log_file(name), 25)
            raise Failed(f"{words}\n{name} does not get well ({faults[name]})")
        time.sleep(LOOK_EVERY_S)


def _running(places: Places) -> Endpoints | None:
    """Where the running platform is, or None when its supervisor does not live."""
    return endpoints.read(places.endpoints) if _supervisor(places) is not None else None


def _supervisor(places: Places) -> pids.Identity | None:
    own = pids.read(places.pid_file("sasayaki"))
    return own if own is not None and pids.is_alive(own) else None


def _tail(file: Path, lines: int) -> str:
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
