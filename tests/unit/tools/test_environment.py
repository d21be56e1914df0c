"""The private environment and the native build: what is copied, what counts as changed."""

from pathlib import Path

import pytest

from sasayaki_tools import environment
from sasayaki_tools.platform import java, rust


def test_uv_is_told_the_index_that_pip_was_told() -> None:
    given = {"PIP_INDEX_URL": "http://own.test/simple"}
    assert environment.index_settings(given)["UV_DEFAULT_INDEX"] == "http://own.test/simple"


@pytest.mark.parametrize("own", ["UV_DEFAULT_INDEX", "UV_INDEX_URL"])
def test_an_index_that_was_meant_for_uv_stands(own: str) -> None:
    given = {"PIP_INDEX_URL": "http://pip.test", own: "http://uv.test"}
    found = environment.index_settings(given)
    assert found[own] == "http://uv.test"
    assert "http://pip.test" not in [found.get("UV_DEFAULT_INDEX"), found.get("UV_INDEX_URL")]


def test_uv_fetches_no_interpreter() -> None:
    assert environment.index_settings({})["UV_PYTHON_DOWNLOADS"] == "never"


def test_no_lock_names_an_address() -> None:
    folder = environment.ROOT
    for lock in [*environment.LOCKS.values(), *(folder / "tools" / "locks").iterdir()]:
        assert "//" not in lock.read_text(), lock
        assert "--hash=sha256:" in lock.read_text(), lock


def test_the_development_lock_holds_all_of_the_other_at_the_same_versions() -> None:
    run, dev = (
        {line for line in lock.read_text().splitlines() if line and not line.startswith(" ")}
        for lock in environment.LOCKS.values()
    )
    assert run <= dev


def test_a_changed_source_changes_the_fingerprint_and_the_order_of_files_does_not(
    tmp_path: Path,
) -> None:
    one, other = tmp_path / "a.rs", tmp_path / "b.rs"
    one.write_text("1")
    other.write_text("2")
    before = rust.fingerprint([one, other])
    assert rust.fingerprint([other, one]) == before
    one.write_text("3")
    assert rust.fingerprint([one, other]) != before


@pytest.mark.parametrize(
    ("version", "major"), [("17.0.15", 17), ("25.0.2", 25), ("1.8.0_401", 8), ("21", 21)]
)
def test_javas_major_version_is_read_in_both_its_forms(version: str, major: int) -> None:
    assert java.major(version) == major
