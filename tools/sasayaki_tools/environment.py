"""The private virtual environment: made, mended and stamped. Standard library only.

The launcher runs this file with the interpreter it found when the stamp does not fit. The stamp is
written last: whatever stops a run half-way leaves an environment without one, and the next run
makes it again from nothing.
"""

import fcntl
import os
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

if __package__ is None or __package__ == "":
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from sasayaki_tools.paths import ROOT
from sasayaki_tools.say import Failed, step

VENV = ROOT / ".venv"
LOCKS = {"run": ROOT / "requirements.lock", "dev": ROOT / "requirements-dev.lock"}
# What a group brings beside itself: the development lock is a superset of the other.
STAMPS = {"run": ("run",), "dev": ("run", "dev")}
PACKAGES = (
    "proto/python",
    "chassis",
    "services/routing",
    "services/media",
    "services/monitoring",
    "services/recording",
    "services/callreason",
    "services/gateway",
    "tools",
    "demo",
)


def make(group: str, stamp: str) -> None:
    """Brings the environment to what the group's lock says, then stamps it."""
    with _alone():
        if _stamp_file(group).is_file() and _stamp_file(group).read_text().strip() == stamp:
            return
        if not _usable():
            with step("python environment"):
                _create()
        for name in LOCKS:
            _stamp_file(name).unlink(missing_ok=True)
        with step(f"python packages from {LOCKS[group].name}"):
            install(["-r", str(LOCKS[group])])
        (_site_packages() / "sasayaki-workspace.pth").write_text(
            "".join(f"{ROOT / package}\n" for package in PACKAGES)
        )
        for name in STAMPS[group]:
            _stamp_file(name).write_text(f"{stamp}\n")


def install(wanted: list[str], *, target: Path | None = None) -> None:
    """Installs what a lock names, hashes required, into the environment or a folder of its own."""
    offline = os.environ.get("SASAYAKI_OFFLINE") == "1"
    uv = shutil.which("uv")
    python = str(VENV / "bin" / "python")
    if uv:
        command = [uv, "pip", "install", "--quiet", "--python", python, "--require-hashes"]
        command += ["--no-deps", *(["--offline"] if offline else [])]
    else:
        if not (_site_packages() / "pip").is_dir():
            # uv made this environment, and is gone.
            subprocess.run([python, "-m", "ensurepip"], capture_output=True, check=False)
        command = [python, "-m", "pip", "install", "--quiet", "--require-hashes", "--no-deps"]
        command += ["--disable-pip-version-check", *(["--no-index"] if offline else [])]
    if target is not None:
        command += ["--target", str(target)]
    done = subprocess.run(
        [*command, *wanted],
        env=index_settings(os.environ),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        hint = "; SASAYAKI_OFFLINE=1 forbids fetching them" if offline else ""
        raise Failed(f"{done.stdout.strip()}\nthe packages could not be installed{hint}")


def index_settings(environment: Mapping[str, str]) -> dict[str, str]:
    """The environment for an installer: uv does not read pip's index setting, so it is copied."""
    settings = dict(environment)
    index = settings.get("PIP_INDEX_URL")
    if index and "UV_DEFAULT_INDEX" not in settings and "UV_INDEX_URL" not in settings:
        settings["UV_DEFAULT_INDEX"] = index
    # uv would fetch an interpreter from outside the registries.
    settings["UV_PYTHON_DOWNLOADS"] = "never"
    return settings


@contextmanager
def _alone() -> Iterator[None]:
    """Holds the lock that keeps two launchers from building one environment."""
    lock = ROOT / ".cache" / "environment.lock"
    lock.parent.mkdir(exist_ok=True)
    with lock.open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield


def _usable() -> bool:
    """Whether an environment is there that was finished once, at this place, and runs this Python.

    Its programs begin with the path of its interpreter, so a moved checkout needs a new one.
    """
    python = VENV / "bin" / "python"
    stamps = [_stamp_file(name) for name in LOCKS if _stamp_file(name).is_file()]
    here = [stamp for stamp in stamps if stamp.read_text().strip().endswith(f" {ROOT}")]
    if not here or not python.exists():
        return False
    asked = [str(python), "-c", "import sys; print(*sys.version_info[:2])"]
    answer = subprocess.run(asked, capture_output=True, text=True, check=False).stdout.split()
    return answer == [str(number) for number in sys.version_info[:2]]


def _create() -> None:
    shutil.rmtree(VENV, ignore_errors=True)
    uv = shutil.which("uv")
    if uv:
        command = [uv, "venv", "--quiet", "--python", sys.executable, str(VENV)]
    else:
        command = [sys.executable, "-m", "venv", str(VENV)]
    done = subprocess.run(
        command, env=index_settings(os.environ), capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        raise Failed(
            f"{(done.stdout + done.stderr).strip()}\n"
            "python cannot make a virtual environment: apt-get install python3-venv"
        )


def _site_packages() -> Path:
    scheme = {"base": str(VENV), "platbase": str(VENV)}
    return Path(sysconfig.get_path("purelib", "venv", scheme))


def _stamp_file(group: str) -> Path:
    return VENV / f"sasayaki-{group}.stamp"


if __name__ == "__main__":
    try:
        make(sys.argv[1], sys.argv[2])
    except Failed as failure:
        sys.exit(f"sasayaki: {failure}")
    except KeyboardInterrupt:
        sys.exit(130)
