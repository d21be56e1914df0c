"""docs/asvs.md: every requirement of OWASP ASVS 5.0 has its row, and every row what shows it."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs/asvs.md").read_text()
STANDARD: dict[str, list[str]] = json.loads((ROOT / "tests/contract/asvs_5_0_0.json").read_text())
"""Level -> the numbers of its requirements, of the standard's own list, version 5.0.0."""
TESTED_LEAST = {"1": 1.0, "2": 0.95}
REASON_LEAST = 10
"""Characters of a reason that says something."""


@dataclass(frozen=True)
class Row:
    """A requirement, and what shows it."""

    number: str
    level: str
    asks: str
    shown: str

    @property
    def tests(self) -> list[str]:
        return [] if self.is_not_for_us or self.is_noted else re.findall(r"`([^`]+)`", self.shown)

    @property
    def is_not_for_us(self) -> bool:
        return self.shown.startswith("n/a: ")

    @property
    def is_noted(self) -> bool:
        return self.shown.startswith("note: ")


ROWS = [
    Row(*(part.strip() for part in line.strip("|").split("|")))
    for line in PAGE.splitlines()
    if re.match(r"\| \d+\.\d+\.\d+ \|", line)
]
NAMED = sorted({test for row in ROWS for test in row.tests})


def test_every_requirement_of_levels_1_and_2_has_one_row_at_its_level() -> None:
    assert [len(STANDARD[level]) for level in "12"] == [70, 183]
    for level, numbers in STANDARD.items():
        assert sorted(row.number for row in ROWS if row.level == level) == sorted(numbers)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.number)
def test_each_row_names_its_tests_or_says_why_there_is_none(row: Row) -> None:
    assert row.asks
    if not row.tests:
        reason = row.shown.partition(": ")[2]
        assert row.is_noted or row.is_not_for_us
        assert len(reason) >= REASON_LEAST


@pytest.mark.parametrize("named", NAMED)
def test_a_test_that_a_row_names_exists(named: str) -> None:
    path, _, name = named.partition("::")
    text = (ROOT / path).read_text()

    if path.endswith(".py"):
        assert re.search(rf"^(async )?def {re.escape(name)}\(", text, re.MULTILINE)
    elif path.endswith(".rs"):
        assert re.search(rf"#\[test\]\n(#\[.*\]\n)*fn {re.escape(name)}\(", text)
    else:
        assert f'it("{name}"' in text


@pytest.mark.parametrize(("level", "least"), TESTED_LEAST.items())
def test_of_what_applies_enough_is_shown_by_a_test(level: str, least: float) -> None:
    applies = [row for row in ROWS if row.level == level and not row.is_not_for_us]

    assert len([row for row in applies if row.tests]) >= least * len(applies)


def test_the_standard_is_named_with_its_licence() -> None:
    assert "OWASP Foundation" in PAGE
    assert "CC BY-SA 4.0" in PAGE
