"""`check` and `gen`: everything about the sources that can be told without running the product."""

import os
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

from sasayaki_tools.paths import CONSOLE, CORE, ROOT
from sasayaki_tools.platform import node, rust

# Lines of a failed step that are shown.
LINES_SHOWN = 80
PROTO = ROOT / "proto"


@dataclass(frozen=True, slots=True)
class Step:
    """One tool to run; it passes when it ends with 0."""

    name: str
    command: tuple[str, ...]
    folder: Path = ROOT
    environment: dict[str, str] = field(default_factory=dict)


def check() -> int:
    """Runs every step, also after one failed; 1 when any did."""
    failed = [step.name for step in steps() if not _passes(step)]
    print(f"failed: {', '.join(failed)}" if failed else "all checks pass", flush=True)
    return 1 if failed else 0


def generate() -> int:
    """Writes the generated files again."""
    command = [sys.executable, "tools/generate.py"]
    return subprocess.run(command, cwd=ROOT, check=False).returncode


def steps() -> list[Step]:
    """The steps in order, the quick ones first."""
    python = sys.executable
    return [
        Step("launcher is POSIX sh", ("sh", "-n", "sasayaki")),
        Step("format", ("ruff", "format", "--check", ".")),
        Step("lint", ("ruff", "check", ".")),
        Step("imports", ("lint-imports",)),
        Step("proto lint", ("buf", "lint"), PROTO),
        Step("proto breaking", ("buf", "breaking", "--against", "descriptors.binpb"), PROTO),
        Step("generated files are current", (python, "tools/generate.py", "--check")),
        Step("compose file", (*_schema("vendor.compose-spec"), "docker-compose.yml")),
        Step(
            "endpoints schema",
            ("check-jsonschema", "--check-metaschema", "proto/endpoints.schema.json"),
        ),
        Step("types", ("mypy",)),
        # mypy does not read them: a name that is gone would be missed by e2e alone.
        Step("tests are found", (python, "-m", "pytest", "--collect-only", "--quiet", "tests")),
        *_console_steps(),
        *_rust_steps(),
    ]


def _schema(name: str) -> tuple[str, ...]:
    return ("check-jsonschema", "--builtin-schema", name)


def _console_steps() -> list[Step]:
    """Types and lint of the console, with the Node that builds it."""
    found = node.bring_node()
    node.install(found, CONSOLE)
    return [Step("console", ("npm", "run", "--silent", "check"), CONSOLE, found.environment())]


def _rust_steps() -> list[Step]:
    """Format and lint of the native programs, with the toolchain that builds them."""
    found = rust.bring_rust()
    cargo = str(found.cargo)
    environment = rust.cargo_environment(found)
    lint = ("clippy", "--profile", "ci", "--locked", "--workspace", "--all-targets", "--quiet")
    strict = ("--", "-D", "warnings") if found.version == rust.RUST_VERSION_OF_LINTS else ()
    return [
        Step("rust format", (cargo, "fmt", "--all", "--check"), CORE, environment),
        Step("rust lint", (cargo, *lint, *strict), CORE, environment),
    ]


def _passes(step: Step) -> bool:
    began = time.monotonic()
    done = subprocess.run(
        step.command,
        cwd=step.folder,
        env={**os.environ, **step.environment},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        check=False,
    )
    verdict = "ok" if done.returncode == 0 else "FAILED"
    print(f"{verdict:<7} {step.name} ({time.monotonic() - began:.1f} s)", flush=True)
    if done.returncode != 0:
        print("\n".join(done.stdout.splitlines()[-LINES_SHOWN:]), flush=True)
    return done.returncode == 0
