"""Checks a flow and runs its test cases without a platform.

`python -m sasayaki_callreason.checking` reads one JSON object from its input: `source` and `tests`
(files; `tests` may be null) and what the client company declares: `reasons`, `endings`, `stated`,
`queues` (null: any), `prompts`, `recorded`, `staff` (each operator's skills), `prefixes` (of
numbers that may be called). It writes a line `file:line: reason` for each fault, and exits with 1
when there is one.
"""

import json
import sys
from pathlib import Path
from typing import Any

from sasayaki_callreason.flows.flow import Declared, looked_over
from sasayaki_callreason.flows.source import Fault, Faulty
from sasayaki_callreason.rehearsals.rehearsal import rehearse


def main(asked: dict[str, Any]) -> int:
    """The exit code."""
    declared = Declared(
        reasons=frozenset(asked["reasons"]),
        queues=None if asked["queues"] is None else frozenset(asked["queues"]),
        prompts=asked["prompts"],
        endings=frozenset(asked["endings"]),
        stated=frozenset(asked["stated"]),
        recorded=asked["recorded"],
        staff=tuple(map(frozenset, asked["staff"])),
        prefixes=tuple(asked["prefixes"]),
    )
    source = Path(asked["source"])
    try:
        flow, doubts = looked_over(source.read_bytes(), declared)
    except Faulty as faulty:
        return _told(source, faulty.faults)
    for doubt in doubts:
        sys.stderr.write(f"{source}:{doubt.line}: warning: {doubt.reason}\n")
    if asked["tests"] is None:
        sys.stdout.write(f"{flow.flow_id}: {len(flow.steps)} steps, no fault\n")
        return 0
    tests = Path(asked["tests"])
    try:
        passed = rehearse(flow, tests.read_bytes())
    except Faulty as faulty:
        return _told(tests, faulty.faults)
    sys.stdout.write(f"{flow.flow_id}: {len(flow.steps)} steps, {passed} test cases passed\n")
    return 0


def _told(file: Path, faults: tuple[Fault, ...]) -> int:
    for fault in faults:
        sys.stderr.write(f"{file}:{fault.line}: {fault.reason}\n")
    return 1


if __name__ == "__main__":
    sys.exit(main(json.load(sys.stdin)))
