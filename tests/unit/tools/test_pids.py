"""Processes by identity: a pid that was reused is never hit."""

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from sasayaki_tools.platform import pids
from sasayaki_tools.platform.pids import Identity

SLEEPS = "import sys, time; print('up', flush=True); time.sleep(600)"
STUBBORN = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN)\n" + SLEEPS


@pytest.fixture
def process(request: pytest.FixtureRequest) -> Iterator[subprocess.Popen[str]]:
    """A process that leads a group of its own and has said that it is up."""
    code = getattr(request, "param", SLEEPS)
    with subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, start_new_session=True, text=True
    ) as started:
        assert started.stdout is not None
        started.stdout.readline()
        yield started
        started.kill()


def identity(process: subprocess.Popen[str]) -> Identity:
    found = pids.identify(process.pid)
    assert found is not None
    return found


def test_a_living_process_is_alive(process: subprocess.Popen[str]) -> None:
    assert pids.is_alive(identity(process))


def test_a_process_with_a_reused_pid_is_not_the_one_that_had_it(
    process: subprocess.Popen[str],
) -> None:
    before = replace(identity(process), started=identity(process).started - 1)
    assert not pids.is_alive(before)
    pids.end([before], grace_s=0.1)
    assert pids.is_alive(identity(process))


def test_a_pid_of_an_earlier_boot_is_nobody(process: subprocess.Popen[str]) -> None:
    assert not pids.is_alive(replace(identity(process), boot="another"))


def test_a_zombie_is_not_alive(process: subprocess.Popen[str]) -> None:
    was = identity(process)
    process.kill()
    os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
    assert not pids.is_alive(was)


def test_ending_asks_first(process: subprocess.Popen[str]) -> None:
    pids.end([identity(process)], grace_s=10)
    assert process.wait() == -15


@pytest.mark.parametrize("process", [STUBBORN], indirect=True)
def test_who_does_not_listen_is_killed_after_the_grace(process: subprocess.Popen[str]) -> None:
    pids.end([identity(process)], grace_s=0.2)
    assert process.wait() == -9


def test_a_pid_file_gives_back_what_was_written(
    process: subprocess.Popen[str], tmp_path: Path
) -> None:
    pids.write(tmp_path / "x.pid", identity(process))
    assert pids.read(tmp_path / "x.pid") == identity(process)


@pytest.mark.parametrize("content", ["", "12", "x y z", "12 34 boot more"])
def test_a_broken_pid_file_names_nobody(content: str, tmp_path: Path) -> None:
    (tmp_path / "x.pid").write_text(content)
    assert pids.read(tmp_path / "x.pid") is None


def test_no_pid_file_names_nobody(tmp_path: Path) -> None:
    assert pids.read(tmp_path / "x.pid") is None
