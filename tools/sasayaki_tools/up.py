"""`up`: builds what is needed, starts a platform, waits until it is well, applies the seed."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from sasayaki_tools import broker, health, running, seed
from sasayaki_tools.paths import ROOT, state_dir
from sasayaki_tools.platform import console, rust
from sasayaki_tools.platform.endpoints import Endpoints
from sasayaki_tools.platform.plan import Places
from sasayaki_tools.say import Failed, note, step
from sasayaki_tools.seed_file import read_seed

READY_WAIT_S = 180.0
LOOK_EVERY_S = 0.1
# A process that died this often before all were well will not get well by itself.
STARTS_MAX = 6
# What people type somewhere.
PEOPLES_PORTS = ("SIP ", "Kafka ", "the console ")
# The last words of a process that are shown when it does not get well.
WORDS_SHOWN = 25


def prepare() -> None:
    """Builds and fetches whatever a platform needs; at once when it is all there."""
    rust.build()
    if not os.environ.get("SASAYAKI_KAFKA_BOOTSTRAP"):
        broker.bring()
    console.build()


def start(seed_name: str | None) -> Endpoints:
    """A platform that runs, is well and has its seed; raises Failed when it does not come up."""
    places = Places(state_dir())
    platform = running.running(places)
    if platform is None:
        prepare()
        platform = _launch(places, seed_name)
    elif seed_name is not None and platform.seed != seed_name:
        raise Failed("a platform runs without this seed; ./sasayaki down ends it")
    if platform.notes:
        note(_moved(platform.notes))
    with step("media node and services"):
        _until_well(places)
    if seed_name is not None:
        with step(f"seed {seed_name}"):
            seed.apply(read_seed(seed_name), platform)
    return platform


def up(seed_name: str | None, *, detach: bool) -> int:
    """Starts a platform; without `detach` it lives until Ctrl-C."""
    began = time.monotonic()
    places = Places(state_dir())
    was_there = running.running(places) is not None
    try:
        with interruptible():
            platform = start(seed_name)
    except BaseException:
        if not was_there:
            running.down()
        raise
    note(f"ready after {time.monotonic() - began:.1f} s")
    _show(platform, places)
    if detach:
        return 0
    if was_there:
        note("it ran already and goes on; ./sasayaki down ends it")
        return 0
    note("Ctrl-C ends everything")
    with interruptible():
        try:
            while running.supervisor(places) is not None:
                time.sleep(LOOK_EVERY_S)
        except KeyboardInterrupt:
            return running.down()
    note("somebody ended it")
    return 0


def _moved(notes: Sequence[str]) -> str:
    """The ports that are taken and what is used instead; those of services by their number."""
    people = [each for each in notes if each.startswith(PEOPLES_PORTS)]
    rest = len(notes) - len(people)
    services = [f"{rest} of services (run/endpoints.json)"] if rest else []
    return f"ports that are taken, and what is used instead: {', '.join([*people, *services])}"


def _show(platform: Endpoints, places: Places) -> None:
    how = "one click signs you in as operator or supervisor" if platform.seed else "sign in"
    print(f"open   http://{platform.gateway}  the console: {how}")
    print(f"SIP    {platform.sip}")
    print(f"Kafka  {platform.kafka}")
    for name, address in platform.grpc.items():
        print(f"gRPC   {address}  {name}")
    print(f"all of it, with tokens: {places.endpoints}")


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
            platform = running.running(places)
            if platform is not None and {"node", "routing"} <= platform.processes.keys():
                return platform
            if process.poll() is not None:
                raise Failed(f"the supervisor ended: {running.tail(log, 5)}")
            time.sleep(LOOK_EVERY_S)
    raise Failed(f"the broker does not start: {running.tail(places.log_file('broker'), 15)}")


def _until_well(places: Places) -> None:
    """Waits until every health check says SERVING."""
    until = time.monotonic() + READY_WAIT_S
    while True:
        platform = running.running(places)
        if platform is None:
            raise Failed(f"the supervisor is gone: {running.tail(places.log_file('sasayaki'), 5)}")
        faults = health.unwell(platform)
        if not faults:
            return
        # A program that was not started yet is not noted yet.
        hopeless = [
            name
            for name in faults
            if name in platform.processes and platform.processes[name].starts >= STARTS_MAX
        ]
        if hopeless or time.monotonic() > until:
            name = hopeless[0] if hopeless else next(iter(faults))
            words = running.tail(places.log_file(name), WORDS_SHOWN)
            raise Failed(f"{words}\n{name} does not get well ({faults[name]})")
        time.sleep(LOOK_EVERY_S)
