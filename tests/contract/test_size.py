"""Sizes that STYLE.md and ADR 0048 promise to whoever reads."""

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
CODE = ("chassis", "demo", "services", "tools")
CHASSIS_LINES_MOST = 2_400
MODULE_LINES_MOST = 500
FUNCTION_LINES_MOST = 60
TABLE_LINES_MOST = 80
"""Of a function that is one `match` or one value: its arms or its rows are what is read."""


def modules(*folders: str) -> Iterator[Path]:
    for folder in folders:
        for path in sorted((ROOT / folder).glob("**/sasayaki_*/**/*.py")):
            if not {".venv", "node_modules", "target"} & set(path.parts):
                yield path


def lines_of_code(path: Path) -> int:
    """Without docstrings, comments and blank lines."""
    source = path.read_text()
    texts = [
        node
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    ]
    prose = {n for text in texts for n in range(text.lineno, (text.end_lineno or 0) + 1)}
    return sum(
        bool(line.strip()) and not line.lstrip().startswith("#") and number not in prose
        for number, line in enumerate(source.splitlines(), 1)
    )


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def is_table(function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    body = function.body[1:] if ast.get_docstring(function) else function.body
    one_value = len(body) == 1 and isinstance(body[0], ast.Return)
    return one_value or any(isinstance(statement, ast.Match) for statement in body)


def test_the_chassis_keeps_to_its_budget() -> None:
    assert sum(map(lines_of_code, modules("chassis"))) <= CHASSIS_LINES_MOST


def test_a_module_has_one_subject_and_a_size_to_read() -> None:
    sizes = {path: len(path.read_text().splitlines()) for path in modules(*CODE)}
    assert [str(path) for path, size in sizes.items() if size > MODULE_LINES_MOST] == []


def test_a_function_fits_a_screen() -> None:
    long = [
        f"{path.relative_to(ROOT)}: {function.name}"
        for path in modules(*CODE)
        for function in functions(path)
        if (function.end_lineno or 0) - function.lineno
        >= (TABLE_LINES_MOST if is_table(function) else FUNCTION_LINES_MOST)
    ]
    assert long == []
