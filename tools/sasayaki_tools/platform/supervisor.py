"""The process that keeps a platform alive: starts everything, restarts what dies, ends it all.

Run by `./sasayaki up` in a session of its own, so that it outlives the terminal. It knows nothing
of what its programs do; whether the platform is healthy is the caller's question.
"""

import argparse
import asyncio
import fcntl
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from sasayaki_tools import broker
from sasayaki_tools.paths import BINARIES, cache_dir, state_dir
from sasayaki_tools.platform import endpoints, identity, pids, plan, ports
from sasayaki_tools.platform.backoff import BackOff
from sasayaki_tools.platform.plan import Places, Program
from sasayaki_tools.say import Failed
from sasayaki_tools.seed_file import Seed, people_file, read_seed

DEFAULT_TENANT = "out_demo"
# A service may finish what it does; the broker writes its state down.
GRACE_S = {"broker": 20.0, "node": 5.0}
SERVICE_GRACE_S = 6.0
LOG_BYTES_MAX = 64 * 1024 * 1024
HOUSEKEEPING_EVERY_S = 30.0
# Half of a token's life.
TOKENS_EVERY_S = identity.TOKEN_LIFE_S / 2
BROKER_STAGE = 0


class Supervisor:
    """The programs of one platform, each kept alive by a task of its own."""

    def __init__(
        self, places: Places, document: endpoints.Endpoints, renew: Callable[[], None]
    ) -> None:
        self._places = places
        self._document = document
        self._renew = renew
        self._alive: dict[str, pids.Identity] = {}
        self._stopping = asyncio.Event()

    def stop(self) -> None:
        """Asks for the end of everything."""
        self._stopping.set()

    async def run(self, programs: list[Program], broker_port: int | None) -> None:
        """Keeps the programs alive until `stop`, then ends them, the last stage first."""
        first = [program for program in programs if program.stage == BROKER_STAGE]
        others = [program for program in programs if program.stage != BROKER_STAGE]
        try:
            async with asyncio.TaskGroup() as tasks:
                kept = [tasks.create_task(self._keep(program)) for program in first]
                if broker_port is not None:
                    await self._until_listening(broker_port)
                kept += [tasks.create_task(self._keep(program)) for program in others]
                kept.append(tasks.create_task(self._housekeeping()))
                await self._stopping.wait()
                for stage in sorted({program.stage for program in programs}, reverse=True):
                    names = [program.name for program in programs if program.stage == stage]
                    await asyncio.to_thread(self._end, names)
                for task in kept:
                    task.cancel()
        finally:
            # Also what was being started while the others ended.
            self._end([program.name for program in programs])

    async def _keep(self, program: Program) -> None:
        """Starts a program and starts it again whenever it dies."""
        back_off = BackOff()
        starts = 0
        while not self._stopping.is_set():
            starts += 1
            began = time.monotonic()
            process = await self._start(program, starts)
            code = await process.wait()
            if self._stopping.is_set():
                return
            self._alive.pop(program.name, None)
            delay = back_off.next_delay_s(time.monotonic() - began)
            _log(f"{program.name} ended with {code}; started again in {delay} s")
            if delay:
                self._tell(program.name, 0, starts)
                await asyncio.sleep(delay)

    async def _start(self, program: Program, starts: int) -> asyncio.subprocess.Process:
        with self._places.log_file(program.name).open("ab") as log:
            process = await asyncio.create_subprocess_exec(
                *program.command,
                env={**os.environ, "PYTHONUNBUFFERED": "1", **program.environment},
                cwd=self._places.state,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        found = pids.identify(process.pid)
        if found is not None:
            self._alive[program.name] = found
            pids.write(self._places.pid_file(program.name), found)
        self._tell(program.name, process.pid, starts)
        _log(f"{program.name} runs as {process.pid}")
        return process

    def _tell(self, name: str, pid: int, starts: int) -> None:
        since = datetime.now(UTC).isoformat(timespec="milliseconds")
        self._document.processes[name] = endpoints.Running(pid, starts, since)
        self._document.write(self._places.endpoints)

    async def _until_listening(self, port: int) -> None:
        """Waits for the broker's port; services that come too early would only try in vain."""
        until = time.monotonic() + broker.START_WAIT_S
        while not self._stopping.is_set() and time.monotonic() < until:
            if await asyncio.to_thread(broker.is_listening, port):
                return
            await asyncio.sleep(0.02)

    def _end(self, names: list[str]) -> None:
        grace = max(GRACE_S.get(name, SERVICE_GRACE_S) for name in names)
        pids.end([self._alive[name] for name in names if name in self._alive], grace_s=grace)
        for name in names:
            self._places.pid_file(name).unlink(missing_ok=True)

    async def _housekeeping(self) -> None:
        """Keeps logs within bounds and tokens fresh."""
        renewed = time.monotonic()
        while True:
            await asyncio.sleep(HOUSEKEEPING_EVERY_S)
            try:
                for log in self._places.log.glob("*.log"):
                    trim(log, LOG_BYTES_MAX)
                if time.monotonic() - renewed >= TOKENS_EVERY_S:
                    self._renew()
                    self._document.write(self._places.endpoints)
                    renewed = time.monotonic()
            except OSError as error:  # a disk that is full ends no calls
                _log(f"housekeeping comes again: {error}")


def trim(log: Path, bytes_max: int) -> None:
    """Moves the content of a log that has grown too big aside, over what was aside before.

    The writer holds the file open for appending, so it is emptied in place; lines written during
    the copy may be lost.
    """
    if log.stat().st_size <= bytes_max:
        return
    log.with_suffix(".log.1").write_bytes(log.read_bytes())
    os.truncate(log, 0)


@contextmanager
def only_one(places: Places) -> Iterator[None]:
    """Holds the state folder's lock; raises Failed when another supervisor has it."""
    with (places.run / "lock").open("w") as held:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Failed("a platform with this state folder runs already") from None
        yield


def end_orphans(places: Places) -> None:
    """Ends what a supervisor that was killed has left behind, by identity."""
    files = list(places.run.glob("*.pid"))
    found = [(file, pids.read(file)) for file in files if file != places.pid_file("sasayaki")]
    pids.end([who for _, who in found if who is not None], grace_s=GRACE_S["broker"])
    for file, _ in found:
        file.unlink(missing_ok=True)


def run(seed_name: str | None) -> None:
    """Runs a platform in this process until it is told to stop."""
    places = Places(state_dir())
    places.make()
    with only_one(places):
        end_orphans(places)
        own = pids.identify(os.getpid())
        assert own is not None, "a process can see itself"
        pids.write(places.pid_file("sasayaki"), own)
        try:
            asyncio.run(_run(places, read_seed(seed_name) if seed_name else None, seed_name))
        finally:
            places.endpoints.unlink(missing_ok=True)
            places.pid_file("sasayaki").unlink(missing_ok=True)
    _log("everything ended")


async def _run(places: Places, seed: Seed | None, seed_name: str | None) -> None:
    keys = identity.open_keys(places.keys)
    tenant = seed.tenant if seed else DEFAULT_TENANT
    own_broker = not os.environ.get("SASAYAKI_KAFKA_BOOTSTRAP")
    rtp, claim = ports.claim_rtp()
    phones = ports.phone_address(os.environ)
    claims = ports.Claims(cache_dir() / "ports", phones)
    chooser = ports.Chooser(claims.take)
    chosen = ports.choose(chooser, rtp, kafka=own_broker, phones=phones)
    kafka = plan.kafka_address(chosen, os.environ)
    document = endpoints.describe(
        places, chosen, kafka, tenant, supervisor=os.getpid(), notes=chooser.moved
    )

    def renew() -> None:
        identity.write_service_tokens(keys, ports.SERVICES, tenant)
        if seed is not None and seed_name is not None:
            endpoints.add_seed(document, seed_name, seed, keys)

    renew()
    supervisor = Supervisor(places, document, renew)
    loop = asyncio.get_running_loop()
    for what in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(what, supervisor.stop)
    with claim:
        programs = await asyncio.to_thread(_programs, places, chosen, kafka, seed)
        await supervisor.run(programs, chosen.kafka if own_broker else None)
    claims.release()


def _programs(
    places: Places, chosen: ports.Ports, kafka_address: str, seed: Seed | None
) -> list[Program]:
    md5_users = os.environ.get("SASAYAKI_MEDIA_MD5_USERS", "")
    places.trunks.write_text(plan.own_trunks(chosen))
    node = plan.node_program(BINARIES / "sasayaki-node", places, chosen, md5_users, os.environ)
    programs = [node]
    programs += [
        plan.service_program(name, sys.executable, places, chosen, kafka_address, os.environ)
        for name in ports.SERVICES
    ]
    if seed is not None:
        identity.write_private(places.people, people_file(seed).encode())
    demo = seed is not None
    programs.append(
        plan.gateway_program(sys.executable, places, chosen, demo=demo, given=os.environ)
    )
    if chosen.kafka:
        kafka = broker.bring()
        broker.lay_out(
            kafka, places.kafka, port=chosen.kafka, controller_port=chosen.kafka_controller
        )
        programs.append(Program("broker", tuple(kafka.command(places.kafka)), {}, BROKER_STAGE))
    return programs


def _log(what: str) -> None:
    print(datetime.now(UTC).isoformat(timespec="milliseconds"), what, flush=True)


if __name__ == "__main__":
    reader = argparse.ArgumentParser()
    reader.add_argument("--seed")
    try:
        run(reader.parse_args().seed)
    except (Failed, OSError) as failure:
        sys.exit(f"sasayaki: {failure}")
