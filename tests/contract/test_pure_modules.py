"""What decides rests on nothing but what decides: no clock comes in by the back door."""

import ast
import tomllib
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
RULE = "what decides does no input or output and reads no clock, chance or environment"
SOURCES = {
    path.parent.name: path.parent.parent for path in ROOT.glob("services/*/sasayaki_*/__init__.py")
}
EXCEPTIONS = {
    # Random numbers of a seed that is asked with: the same question has the same answer.
    "sasayaki_monitoring.fairness.assess rests on sasayaki_monitoring.fairness.chance",
}


def listed() -> set[str]:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
    rules = {each["name"]: each for each in settings["contracts"]}
    return set(rules[RULE]["source_modules"])


def is_listed(module: str, names: set[str]) -> bool:
    return any(module == name or module.startswith(f"{name}.") for name in names)


def modules() -> Iterator[tuple[str, Path]]:
    for package, source in SOURCES.items():
        for path in (source / package).rglob("*.py"):
            yield ".".join(path.relative_to(source).with_suffix("").parts), path


def rests_on(path: Path) -> Iterator[str]:
    """The modules of the services that a module imports from."""
    known = dict(modules())
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and node.module:
            if node.module in known:
                yield node.module
            parts = (f"{node.module}.{each.name}" for each in node.names)
            yield from (part for part in parts if part in known)


def test_what_decides_rests_only_on_modules_under_the_same_rule() -> None:
    names = listed()
    loose = {
        f"{module} rests on {other}"
        for module, path in modules()
        if is_listed(module, names)
        for other in rests_on(path)
        if not is_listed(other, names)
    }
    assert sorted(loose - EXCEPTIONS) == []


def test_every_module_of_the_rule_is_there() -> None:
    there = {name.removesuffix(".__init__") for name, _ in modules()}
    assert sorted(name for name in listed() if name not in there) == []
