"""`test`: the levels of tests, in order from quick to slow; what CI runs."""

import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from functools import partial

from sasayaki_tools import broker, check
from sasayaki_tools.paths import CONSOLE, CORE, ROOT
from sasayaki_tools.platform import console, foreign, node, rust
from sasayaki_tools.say import Failed, note

LEVELS = ("check", "unit", "property", "contract", "rust", "console", "component", "e2e", "foreign")
QUICK = ("unit", "property", "contract")
"""They run together."""
# Workers that take a file each, with a broker and a browser of their own. What e2e tests hear,
# sample by sample, needs the machine alone.
SIDE_BY_SIDE = {**dict.fromkeys(QUICK, 2), "component": 2}
SLOWEST = ("--durations=15", "--durations-min=5")
"""Says at the end which tests took longest."""
# pytest's exit code when it found no test.
NOTHING_COLLECTED = 5


def test(wanted: list[str], *, whole: bool) -> int:
    """Runs the levels, all by default, also after one failed; 1 when any did.

    A level that this machine cannot run is said not to have run. It counts as failed with
    `whole`, and when it was asked for by name.
    """
    unknown = set(wanted) - set(LEVELS)
    if unknown:
        raise Failed(f"no such level: {', '.join(sorted(unknown))}; there are {', '.join(LEVELS)}")
    chosen = [level for level in LEVELS if not wanted or level in wanted]
    # What later levels need is built now: a test that waits for a build would time out.
    if {"component", "e2e", "foreign"} & set(chosen):
        rust.build()
        broker.bring()
        console.build()
    lacking = list(foreign.missing()) if "foreign" in chosen else []
    if lacking:
        chosen.remove("foreign")
    failed = []
    for level, run in _runs(chosen):
        began = time.monotonic()
        print(f"== {level}", flush=True)
        if not run():
            failed.append(level)
        note(f"{level}: {time.monotonic() - began:.0f} s")
    if lacking:
        print("== foreign\nNOT RUN: phones of other makes are tested elsewhere only", flush=True)
        print("".join(f"MISSING  {what}: {way}\n" for what, way in lacking), end="", flush=True)
        if whole or "foreign" in wanted:
            failed.append("foreign")
    print(_verdict(failed, not_run=bool(lacking)), flush=True)
    return 1 if failed else 0


def _verdict(failed: Sequence[str], *, not_run: bool) -> str:
    if failed:
        return f"failed: {', '.join(failed)}"
    return "all levels that ran pass; not run: foreign" if not_run else "all levels pass"


def _runs(chosen: list[str]) -> list[tuple[str, Callable[[], bool]]]:
    """What to run: pytest's quick levels together, each other level by itself."""
    quick = [level for level in QUICK if level in chosen]
    runs: list[tuple[str, Callable[[], bool]]] = []
    if "check" in chosen:
        runs.append(("check", lambda: check.check() == 0))
    if quick:
        runs.append((" ".join(quick), partial(_pytest, quick)))
    if "rust" in chosen:
        runs.append(("rust", _cargo_test))
    if "console" in chosen:
        runs.append(("console", _console_test))
    slow = [level for level in ("component", "e2e", "foreign") if level in chosen]
    return runs + [(level, partial(_pytest, [level])) for level in slow]


def _pytest(levels: Sequence[str]) -> bool:
    folders = [f"tests/{level}" for level in levels]
    command = [sys.executable, "-m", "pytest", *folders, *SLOWEST]
    if workers := SIDE_BY_SIDE.get(levels[0]):
        command += [f"--numprocesses={workers}", "--dist=loadfile"]
    done = subprocess.run(command, cwd=ROOT, check=False)
    if done.returncode == NOTHING_COLLECTED:
        print(f"no tests in {', '.join(folders)}", flush=True)
    return done.returncode == 0


def _console_test() -> bool:
    """The console's own tests (vitest)."""
    found = node.bring_node()
    node.install(found, CONSOLE)
    command = ["npm", "test", "--silent"]
    done = subprocess.run(
        command, cwd=CONSOLE, env=found.environment(), stdin=subprocess.DEVNULL, check=False
    )
    return done.returncode == 0


def _cargo_test() -> bool:
    found = rust.bring_rust()
    command = [str(found.cargo), "test", "--profile", "ci", "--locked", "--workspace", "--quiet"]
    command += ["--no-fail-fast"]  # one red program hides no other
    return (
        subprocess.run(
            command,
            cwd=CORE,
            env=rust.cargo_environment(found),
            stdin=subprocess.DEVNULL,
            check=False,
        ).returncode
        == 0
    )
