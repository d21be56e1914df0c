"""Who may import whom, and that what decides asks neither the clock nor chance."""

import ast
import tomllib
from pathlib import Path

import pytest
from importlinter import cli

ROOT = Path(__file__).resolve().parents[2]
CONTRACTS = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"][
    "contracts"
]
DECIDING = next(
    contract["source_modules"] for contract in CONTRACTS if contract["name"].startswith("what dec")
)
# `datetime` is a type there; only these of its functions read a clock.
CLOCKS = {"now", "utcnow", "today"}


def sources(module: str) -> list[Path]:
    """The module's file, or every file of the package."""
    service = module.split(".")[0].removeprefix("sasayaki_")
    place = ROOT / "services" / service / module.replace(".", "/")
    return sorted(place.rglob("*.py")) if place.is_dir() else [place.with_suffix(".py")]


def test_every_rule_of_who_imports_whom_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    assert cli.lint_imports(config_filename="pyproject.toml") == 0


@pytest.mark.parametrize("module", DECIDING)
def test_what_decides_reads_no_clock(module: str) -> None:
    nodes = [node for file in sources(module) for node in ast.walk(ast.parse(file.read_text()))]
    called = [node.func for node in nodes if isinstance(node, ast.Call)]
    asked = [func.attr for func in called if isinstance(func, ast.Attribute)]
    assert CLOCKS.isdisjoint(asked)
