"""Processes by identity: a pid together with when it started, so that a reused pid is never hit."""

import os
import signal
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

# How often an ending process is looked at, and how long a killed one may take to be gone.
LOOK_EVERY_S = 0.05
KILL_WAIT_S = 5.0


@dataclass(frozen=True, slots=True)
class Identity:
    """One process for ever: its pid, its start in clock ticks since boot, and which boot."""

    pid: int
    started: int
    boot: str

    def __str__(self) -> str:
        return f"{self.pid} {self.started} {self.boot}"


def identify(pid: int) -> Identity | None:
    """The identity of the process that has this pid at present; None if it is gone or a zombie."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
        boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    except OSError:
        return None
    # proc(5): the name in parentheses may hold anything; after it come state (field 3) and, as
    # field 22, the start time.
    fields = stat.rpartition(")")[2].split()
    if fields[0] in ("Z", "X"):
        return None
    return Identity(pid, int(fields[19]), boot)


def is_alive(identity: Identity) -> bool:
    """Whether that very process still runs."""
    return identify(identity.pid) == identity


def write(file: Path, identity: Identity) -> None:
    """Keeps an identity in a pid file, whole or not at all."""
    draft = file.with_name(f".{file.name}.{os.getpid()}")
    draft.write_text(f"{identity}\n")
    draft.rename(file)


def read(file: Path) -> Identity | None:
    """The identity that a pid file holds, or None if there is none to be read."""
    try:
        pid, started, boot = file.read_text().split()
        return Identity(int(pid), int(started), boot)
    except (OSError, ValueError):
        return None


def group_lives(group: int) -> bool:
    """Whether any process of a group still runs; zombies do not count."""
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, _, its_group, *_ = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(its_group) == group and state not in ("Z", "X"):
            return True
    return False


def end(identities: Iterable[Identity], *, grace_s: float) -> None:
    """Ends the groups that these processes lead: SIGTERM, a wait of up to `grace_s`, SIGKILL.

    A group's number is not given away while the group has a member, so a group whose leader was
    alive at first stays the same one until it is empty.
    """
    left = [identity for identity in identities if is_alive(identity)]
    for what, wait_s in ((signal.SIGTERM, grace_s), (signal.SIGKILL, KILL_WAIT_S)):
        for identity in left:
            try:
                os.killpg(identity.pid, what)
            except ProcessLookupError:
                continue
        until = time.monotonic() + wait_s
        while left and time.monotonic() < until:
            left = [identity for identity in left if group_lives(identity.pid)]
            if left:
                time.sleep(LOOK_EVERY_S)
