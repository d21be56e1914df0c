"""Where any bug is caught: docs/adr/0014 names the three places and says why there."""

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BROAD = {"Exception", "BaseException"}
ALLOWED = {"reactor.py", "rpc.py", "turn.py"}


def broad(file: Path) -> Iterator[int]:
    """The lines at which a file catches whatever comes."""
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.ExceptHandler):
            caught = {name.id for name in ast.walk(node.type or node) if isinstance(name, ast.Name)}
            if node.type is None or caught & BROAD:
                yield node.lineno


def test_only_three_places_catch_any_bug_and_each_catches_once() -> None:
    files = [
        *ROOT.glob("chassis/sasayaki_chassis/**/*.py"),
        *ROOT.glob("services/*/sasayaki_*/**/*.py"),
    ]
    found = [file.relative_to(ROOT) for file in files for _ in broad(file)]
    assert sorted(found) == [Path("chassis/sasayaki_chassis") / name for name in sorted(ALLOWED)]
