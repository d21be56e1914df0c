"""What the documents show is what runs, and what they point to is there."""

import re
from importlib import import_module
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SHOWN = {
    "docs/integrators.md": "docs/integrators",
    "docs/analysts.md": "docs/analysts",
}
SERVICES = ("routing", "media", "monitoring", "recording", "callreason")
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])


@pytest.mark.parametrize("page", SHOWN)
def test_every_piece_of_a_program_that_a_page_shows_is_in_the_program(page: str) -> None:
    pieces = re.findall(r"```python\n(.*?)```", (ROOT / page).read_text(), re.DOTALL)
    programs = [file.read_text() for file in sorted((ROOT / SHOWN[page]).glob("*.py"))]
    assert pieces
    assert [p for p in pieces if not any(p in program for program in programs)] == []


@pytest.mark.parametrize("role", ["operator", "supervisor", "auditor", "admin"])
def test_whom_the_page_for_integrators_lets_ask_something_may_ask_it(role: str) -> None:
    page = (ROOT / "docs/integrators.md").read_text()
    [row] = re.findall(rf"^\| {role} \| (.*) \|$", page, re.MULTILINE)
    rights: dict[str, frozenset[str]] = {}
    for service in SERVICES:
        rights |= import_module(f"sasayaki_{service}.api").RIGHTS
    may = {method.rpartition("/")[2] for method, roles in rights.items() if role in roles}
    assert set(re.findall(r"`(\w+)`", row)) - may == set()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_of_a_page_leads_to_a_file(page: Path) -> None:
    links = re.findall(r"\]\(([^)#\s]+)[^)]*\)", page.read_text())
    inside = [link for link in links if "://" not in link]
    assert [link for link in inside if not (page.parent / link).exists()] == []
