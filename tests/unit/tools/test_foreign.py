"""Tests with phones of other makes: what they need, and that they are never passed over unsaid."""

import pytest

from sasayaki_tools import broker, levels
from sasayaki_tools.platform import foreign, rust

LACKING = [("sipp", "apt-get install --no-install-recommends sip-tester")]


def test_a_machine_with_all_programs_and_root_lacks_nothing() -> None:
    assert list(foreign.missing(lambda program: f"/usr/bin/{program}", lambda: 0)) == []


def test_each_missing_program_is_named_with_the_command_that_brings_it() -> None:
    found = foreign.missing(lambda program: None if program == "sipp" else "/x", lambda: 0)
    assert list(found) == LACKING


def test_who_is_not_root_is_told_so() -> None:
    found = dict(foreign.missing(lambda program: "/x", lambda: 1000))
    assert list(found.values()) == ["sudo ./sasayaki test foreign"]


@pytest.fixture
def machine_that_lacks_sipp(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(foreign, "missing", lambda: iter(LACKING))
    monkeypatch.setattr(rust, "build", lambda: None)
    monkeypatch.setattr(broker, "bring", lambda: None)
    monkeypatch.setattr(levels, "_runs", lambda chosen: [(level, lambda: True) for level in chosen])


@pytest.mark.usefixtures("machine_that_lacks_sipp")
def test_what_cannot_run_here_is_said_and_not_called_passed(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert levels.test([], whole=False) == 0
    told = capsys.readouterr().out
    assert "NOT RUN" in told
    assert "MISSING  sipp: apt-get install" in told
    assert told.endswith("all levels that ran pass; not run: foreign\n")


@pytest.mark.usefixtures("machine_that_lacks_sipp")
@pytest.mark.parametrize(("wanted", "whole"), [([], True), (["foreign"], False)])
def test_in_ci_and_when_asked_for_by_name_it_has_failed(
    wanted: list[str], whole: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    assert levels.test(wanted, whole=whole) == 1
    assert capsys.readouterr().out.endswith("failed: foreign\n")
