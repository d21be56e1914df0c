"""`python -m sasayaki_demo`: plays calls on a platform that is up."""

from __future__ import annotations

import argparse
import asyncio
import json
import signal
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from sasayaki_demo.endpoints import read_endpoints
from sasayaki_demo.examine import examine
from sasayaki_demo.phones import PhoneTrouble
from sasayaki_demo.scenes import TALKS
from sasayaki_demo.tour import tour

CALLS_MOST = 24
"""Two for each of the demo's operators: the second dozen waits."""
COMPLAINTS_SHOWN = 20


def read_arguments(given: Sequence[str]) -> argparse.Namespace:
    """Returns what was asked for; ends the program with a message when it makes no sense."""
    parser = argparse.ArgumentParser(
        prog="sasayaki demo", description="Plays calls on a platform that is up."
    )
    parser.add_argument("--calls", type=int, default=8, metavar="N", help="calls at once")
    parser.add_argument("--rounds", type=int, metavar="N", help="end after so many rounds of them")
    parser.add_argument("--check", action="store_true", help="assert, then end with 0 or 1")
    parser.add_argument("--report", type=Path, metavar="FILE", help="write the checks as JSON")
    parser.add_argument("--endpoints", type=Path, default=Path("var/run/endpoints.json"))
    parser.add_argument("--softphone", type=Path, required=True)
    parser.add_argument("--folder", type=Path, default=Path("var/demo"))
    parser.add_argument("--keys", type=Path, default=Path("var/keys"))
    parser.add_argument("--prompts", type=Path, default=Path("seed/prompts"))
    wanted = parser.parse_args(given)
    if not 1 <= wanted.calls <= CALLS_MOST:
        parser.error(f"--calls takes 1 to {CALLS_MOST}, not {wanted.calls}")
    if wanted.check and wanted.calls < TALKS:
        parser.error(f"--check takes {TALKS} calls or more: its scenes need as many at once")
    if wanted.rounds is not None and (wanted.check or wanted.rounds < 1):
        parser.error("--rounds takes 1 or more, and --check plays one round of its own")
    if wanted.report and not wanted.check:
        parser.error("--report goes with --check: only checks are reported")
    if wanted.report and not wanted.report.absolute().parent.is_dir():
        parser.error(f"--report: there is no folder {wanted.report.absolute().parent}")
    return wanted


def main() -> int:
    """Returns the exit code: 0, or 1 when a check does not hold."""
    wanted = read_arguments(sys.argv[1:])
    # The launcher ends it so, also where both were started with interrupts ignored.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        return _check(wanted) if wanted.check else _show(wanted)
    except* PhoneTrouble as trouble:
        for told in _leaves(trouble):
            print(f"sasayaki demo: {told}", file=sys.stderr)
    return 1


def _show(wanted: argparse.Namespace) -> int:
    endpoints = read_endpoints(wanted.endpoints)
    with suppress(KeyboardInterrupt):
        asyncio.run(
            tour(
                endpoints,
                wanted.softphone,
                wanted.folder,
                wanted.prompts,
                calls=wanted.calls,
                rounds=wanted.rounds,
            )
        )
    return 0


def _check(wanted: argparse.Namespace) -> int:
    endpoints = read_endpoints(wanted.endpoints)
    found = asyncio.run(
        examine(endpoints, wanted.softphone, wanted.folder, wanted.keys, calls=wanted.calls)
    )
    if wanted.report:
        wanted.report.write_text(json.dumps(found, ensure_ascii=False, indent=1) + "\n")
    for check in found["checks"]:
        mark = "ok  " if check["ok"] else "FAIL"
        print(
            f"{mark} {check['name']}: {check['measured']:g} (at most {check['bound']:g},"
            f" n = {check['n']})"
        )
        for complaint in check["complaints"][:COMPLAINTS_SHOWN]:
            print(f"       {complaint}")
    return 0 if all(check["ok"] for check in found["checks"]) else 1


def _leaves(trouble: BaseException) -> list[BaseException]:
    """Returns the single troubles in a group of them."""
    if isinstance(trouble, BaseExceptionGroup):
        return [leaf for part in trouble.exceptions for leaf in _leaves(part)]
    return [trouble]


if __name__ == "__main__":
    sys.exit(main())
