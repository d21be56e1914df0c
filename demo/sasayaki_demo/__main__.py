"""`python -m sasayaki_demo`: plays calls on a platform that is up."""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from contextlib import suppress
from pathlib import Path

from sasayaki_demo.endpoints import read_endpoints
from sasayaki_demo.examine import examine
from sasayaki_demo.tour import tour


def main() -> int:
    """Returns the exit code: 0, or 1 when a check does not hold."""
    parser = argparse.ArgumentParser(prog="sasayaki demo", description=__doc__)
    parser.add_argument("--calls", type=int, default=8, metavar="N", help="calls at once")
    parser.add_argument("--check", action="store_true", help="assert, then end with 0 or 1")
    parser.add_argument("--report", type=Path, metavar="FILE", help="write the checks as JSON")
    parser.add_argument("--endpoints", type=Path, default=Path("var/run/endpoints.json"))
    parser.add_argument("--softphone", type=Path, required=True)
    parser.add_argument("--folder", type=Path, default=Path("var/demo"))
    parser.add_argument("--keys", type=Path, default=Path("var/keys"))
    parser.add_argument("--prompts", type=Path, default=Path("seed/prompts"))
    wanted = parser.parse_args()
    if not 1 <= wanted.calls <= 12:
        parser.error("--calls takes 1 to 12: the demo has twelve operators")
    endpoints = read_endpoints(wanted.endpoints)
    if not wanted.check:
        with suppress(KeyboardInterrupt):
            asyncio.run(
                tour(endpoints, wanted.softphone, wanted.folder, wanted.prompts, calls=wanted.calls)
            )
        return 0
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
        for complaint in check["complaints"][:20]:
            print(f"       {complaint}")
    return 0 if all(check["ok"] for check in found["checks"]) else 1


if __name__ == "__main__":
    sys.exit(main())
