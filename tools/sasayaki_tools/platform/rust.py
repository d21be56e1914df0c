"""The native programs: a Rust toolchain found or brought, and a build only when sources changed."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from sasayaki_tools.paths import BINARIES, CORE, ROOT, cache_dir, state_dir
from sasayaki_tools.platform import wheels
from sasayaki_tools.platform.said import version_said
from sasayaki_tools.say import Failed, note, step

RUST_VERSION_MIN = (1, 89)
# Each version lints differently: only this one's verdict counts, others advise.
RUST_VERSION_OF_LINTS = (1, 95)
PROGRAMS = ("sasayaki-node", "sasayaki-softphone")
# Lines of a failed build that are shown; the whole of it is in the log.
LINES_SHOWN = 40
BY_HAND = "install Rust 1.89 or newer with rustup, then run this again"


@dataclass(frozen=True, slots=True)
class Rust:
    """A toolchain: the program, its version, and what its environment needs."""

    cargo: Path
    version: tuple[int, int]
    environment: dict[str, str]


def find_rust() -> Rust | None:
    """The user's own toolchain, else the one in our cache, if new enough."""
    for rust in _toolchains():
        if rust.version >= RUST_VERSION_MIN:
            return rust
    return None


def bring_rust() -> Rust:
    """The toolchain to build with, and cmake; what is not found is brought into our cache."""
    if find_cmake() is None:
        if wheels.offline():
            raise Failed("no cmake, and SASAYAKI_OFFLINE=1 forbids it: apt-get install cmake")
        with step("cmake"):
            wheels.bring("cmake")
    rust = find_rust()
    if rust is not None:
        return rust
    if wheels.offline():
        raise Failed(f"no Rust >= 1.89 here and SASAYAKI_OFFLINE=1 forbids fetching it: {BY_HAND}")
    home = _rust_home()
    note(f"no Rust >= 1.89 found: rustup brings one into {home} (about 400 MB)")
    with step("rust toolchain"):
        _run_rustup(home)
    rust = find_rust()
    if rust is None:
        raise Failed(f"rustup ran, but no Rust >= 1.89 came of it: {BY_HAND}")
    return rust


def find_compiler() -> str | None:
    """A C compiler, which Rust needs for linking and some crates for building."""
    return next(filter(None, map(shutil.which, ("cc", "gcc", "clang"))), None)


def find_cmake() -> str | None:
    """cmake, which makes libopus: the user's own, else the wheel's in our cache."""
    return shutil.which("cmake", path=os.pathsep.join((os.environ.get("PATH", ""), _cmake_home())))


def _cmake_home() -> str:
    return str(wheels.place("cmake") / "cmake" / "data" / "bin")


def build() -> None:
    """Builds the native programs unless they are there and made from these very sources."""
    stamp = BINARIES / "sasayaki.stamp"
    wanted = fingerprint(_sources())
    programs = [BINARIES / name for name in PROGRAMS]
    if all(program.is_file() for program in programs) and _read(stamp) == wanted:
        return
    if find_compiler() is None:
        raise Failed("no C compiler here: apt-get install build-essential")
    rust = bring_rust()
    stamp.unlink(missing_ok=True)
    first = "" if BINARIES.is_dir() else " (the first time takes minutes)"
    with step(f"media node and softphone{first}"):
        packages = [part for name in PROGRAMS for part in ("-p", name)]
        cargo(rust, ["build", "--profile", "ci", "--locked", *packages])
    stamp.write_text(wanted)


def cargo(rust: Rust, arguments: list[str]) -> None:
    """Runs cargo in the workspace with its output kept in the log; shows the end if it fails."""
    log = state_dir() / "log" / "build.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("w") as kept:
        done = subprocess.run(
            [str(rust.cargo), *arguments],
            cwd=CORE,
            env=cargo_environment(rust),
            stdin=subprocess.DEVNULL,
            stdout=kept,
            stderr=subprocess.STDOUT,
            check=False,
        )
    if done.returncode != 0:
        shown = "\n".join(log.read_text(errors="replace").splitlines()[-LINES_SHOWN:])
        raise Failed(f"{shown}\nthe native programs could not be built; all of it is in {log}")


def cargo_environment(rust: Rust) -> dict[str, str]:
    """The environment that cargo runs in: one target folder, no fetching when forbidden."""
    environment = {**os.environ, **rust.environment, "CARGO_TARGET_DIR": str(CORE / "target")}
    if shutil.which("cmake") is None and (cmake := find_cmake()):
        environment["CMAKE"] = cmake
    if wheels.offline():
        environment["CARGO_NET_OFFLINE"] = "true"
    return environment


def fingerprint(files: list[Path]) -> str:
    """One hash over the names and contents of files."""
    whole = sha256()
    for file in sorted(files):
        whole.update(f"{file}\0".encode())
        whole.update(sha256(file.read_bytes()).digest())
    return whole.hexdigest()


def _sources() -> list[Path]:
    """Everything that a build of the native programs reads of ours."""
    found = [CORE / "Cargo.toml", CORE / "Cargo.lock", *(ROOT / "proto").rglob("*.proto")]
    for folder in CORE.iterdir():
        if folder.is_dir() and folder.name != "target":
            found += [file for file in folder.rglob("*") if file.is_file()]
    return [file for file in found if file.is_file()]


def _toolchains() -> Iterator[Rust]:
    """The user's cargo, then what rustup put into our cache; ours finds itself on the PATH."""
    usual = Path(os.environ.get("CARGO_HOME") or Path.home() / ".cargo") / "bin" / "cargo"
    on_path = shutil.which("cargo")
    yield from _toolchain(Path(on_path) if on_path else usual, {})
    home = _rust_home()
    for program in sorted((home / "rustup" / "toolchains").glob("*/bin/cargo")):
        own = {
            "CARGO_HOME": str(home / "cargo"),
            "PATH": f"{program.parent}{os.pathsep}{os.environ.get('PATH', '')}",
            "RUSTUP_HOME": str(home / "rustup"),
            # cargo's helpers are rustup's stand-ins, which ask which toolchain is meant.
            "RUSTUP_TOOLCHAIN": program.parents[1].name,
        }
        yield from _toolchain(program, own)


def _toolchain(program: Path, environment: dict[str, str]) -> Iterator[Rust]:
    version = _version(program.with_name("rustc"), environment)
    if program.is_file() and version is not None:
        yield Rust(program, version, environment)


def _rust_home() -> Path:
    return cache_dir() / "rust"


def _version(rustc: Path, environment: dict[str, str]) -> tuple[int, int] | None:
    said = version_said(rustc, "--version", environment) or ""
    named = re.match(r"rustc (\d+)\.(\d+)", said)
    return (int(named.group(1)), int(named.group(2))) if named else None


def _run_rustup(home: Path) -> None:
    """Lets rustup install a toolchain under our cache: the user's rustup, else one from a wheel."""
    environment = {
        **os.environ,
        "CARGO_HOME": str(home / "cargo"),
        "RUSTUP_HOME": str(home / "rustup"),
    }
    own = shutil.which("rustup")
    if own is None:
        environment["PYTHONPATH"] = str(wheels.bring("rust"))
        code = "import sys, puccinialin; puccinialin.setup_rust(sys.argv[1])"
        _rustup([sys.executable, "-c", code, str(home)], environment)
        own = str(home / "cargo" / "bin" / "rustup")
    components = ["--component", "clippy", "--component", "rustfmt"]
    install = ["toolchain", "install", "stable", "--no-self-update", "--profile", "minimal"]
    _rustup([own, *install, *components], environment)


def _rustup(command: list[str], environment: dict[str, str]) -> None:
    done = subprocess.run(
        command,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        last = done.stdout.strip().splitlines()[-1:] or ["rustup said nothing"]
        raise Failed(f"{last[0]}\nthe Rust toolchain could not be brought: {BY_HAND}")


def _read(file: Path) -> str:
    return file.read_text() if file.is_file() else ""
