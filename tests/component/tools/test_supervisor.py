"""The supervisor with real processes: what dies comes back, what ends ends for good."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from sasayaki_tools.platform import endpoints, pids, ports, supervisor
from sasayaki_tools.platform.plan import Places, Program
from sasayaki_tools.platform.ports import Chooser
from sasayaki_tools.platform.supervisor import Supervisor
from sasayaki_tools.say import Failed

WAIT_S = 10
LIVES = "import time; print('alive', flush=True); time.sleep(600)"
# A child of its own that the group must take along.
PARENT = f"import subprocess, sys; subprocess.Popen([sys.executable, '-c', {LIVES!r}]).wait()"
DIES = "raise SystemExit(3)"


def program(name: str, code: str, stage: int = 2) -> Program:
    return Program(name, (sys.executable, "-c", code), {}, stage)


@pytest.fixture
def places(tmp_path: Path) -> Places:
    found = Places(tmp_path)
    found.make()
    return found


@pytest.fixture
def document(places: Places) -> endpoints.Endpoints:
    chosen = ports.choose(Chooser(lambda port, udp: True), (20000, 23998))
    return endpoints.describe(places, chosen, "k:1", "out_x", supervisor=os.getpid(), notes=[])


@asynccontextmanager
async def supervised(
    places: Places, document: endpoints.Endpoints, *programs: Program
) -> AsyncIterator[None]:
    """The programs under a supervisor; leaving ends them."""
    running = Supervisor(places, document, lambda: None)
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(running.run(list(programs), None))
        try:
            yield
        finally:
            running.stop()


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(WAIT_S):
        while not true():
            await asyncio.sleep(0.01)


def process(places: Places, name: str) -> pids.Identity | None:
    """The process of this name that lives at present."""
    found = pids.read(places.pid_file(name))
    return found if found and pids.is_alive(found) else None


def said(places: Places, name: str) -> str:
    log = places.log_file(name)
    return log.read_text() if log.is_file() else ""


async def test_a_killed_process_is_started_again_and_its_pid_file_names_the_new_one(
    places: Places, document: endpoints.Endpoints
) -> None:
    async with supervised(places, document, program("one", LIVES)):
        await until(lambda: process(places, "one") is not None)
        first = process(places, "one")
        assert first is not None
        os.kill(first.pid, signal.SIGKILL)
        await until(lambda: process(places, "one") not in (None, first))
        second = process(places, "one")
        assert second is not None
        told = endpoints.read(places.endpoints)
        assert told is not None
        assert (told.processes["one"].pid, told.processes["one"].starts) == (second.pid, 2)


async def test_leaving_ends_every_process_and_the_children_they_have(
    places: Places, document: endpoints.Endpoints
) -> None:
    async with supervised(places, document, program("parent", PARENT), program("two", LIVES, 0)):
        await until(lambda: "alive" in said(places, "parent"))
        both = [process(places, name) for name in ("parent", "two")]
        parent = both[0]
        assert parent is not None
        group = os.getpgid(parent.pid)
    assert not any(who and pids.is_alive(who) for who in both)
    assert not pids.group_lives(group)
    assert list(places.run.glob("*.pid")) == []


async def test_a_process_that_keeps_dying_waits_between_its_starts_and_harms_nobody(
    places: Places, document: endpoints.Endpoints
) -> None:
    async with supervised(places, document, program("bad", DIES), program("good", LIVES)):
        await until(lambda: document.processes.get("bad", NEVER).starts == 4)
        assert document.processes["good"].starts == 1
    assert "bad" not in [file.stem for file in places.run.glob("*.pid")]


NEVER = endpoints.Running(0, 0, "")


async def test_a_program_that_cannot_be_started_takes_the_others_down_with_it(
    places: Places, document: endpoints.Endpoints
) -> None:
    absent = Program("absent", (str(places.state / "absent"),), {}, 2)
    with pytest.raises(ExceptionGroup):
        await Supervisor(places, document, lambda: None).run(
            [program("good", LIVES, 0), absent], None
        )
    assert process(places, "good") is None


async def test_what_a_killed_supervisor_left_behind_is_ended_by_the_next(
    places: Places,
) -> None:
    left = await asyncio.create_subprocess_exec(
        sys.executable, "-c", LIVES, stdout=asyncio.subprocess.PIPE, start_new_session=True
    )
    assert left.stdout is not None
    await left.stdout.readline()
    found = pids.identify(left.pid)
    assert found is not None
    pids.write(places.pid_file("routing"), found)
    await asyncio.to_thread(supervisor.end_orphans, places)
    assert await left.wait() == -signal.SIGTERM
    assert not places.pid_file("routing").exists()


def test_two_supervisors_do_not_share_a_state_folder(places: Places) -> None:
    with (
        supervisor.only_one(places),
        pytest.raises(Failed, match="runs already"),
        supervisor.only_one(places),
    ):
        pass


def test_a_log_that_grew_too_big_is_moved_aside_and_its_writer_goes_on(tmp_path: Path) -> None:
    log = tmp_path / "x.log"
    with log.open("a") as writer:
        print("old", file=writer, flush=True)
        supervisor.trim(log, 3)
        print("new", file=writer, flush=True)
    assert log.read_text() == "new\n"
    assert (tmp_path / "x.log.1").read_text() == "old\n"
