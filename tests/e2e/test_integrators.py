"""Programs of strangers: what the documents show runs, with nothing of ours at hand."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from tests.harness.running import ROOT, Running

NUMBER = "+81312345670"
PROGRAM_S = 90
# Stands for a package of ours, first on the path, in a process that must do without.
FORBIDDEN = "raise ImportError('a program of a stranger imports what is ours')\n"
OURS = ("sasayaki", "sasayaki_chassis", "sasayaki_demo", "sasayaki_tools")


@pytest.fixture(scope="module")
def without_ours(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """An environment in which each import of ours fails."""
    folder = tmp_path_factory.mktemp("without")
    for name in OURS:
        (folder / f"{name}.py").write_text(FORBIDDEN)
    return {**os.environ, "PYTHONPATH": str(folder)}


@pytest.fixture(scope="module")
def call(running: Running, without_ours: dict[str, str]) -> list[str]:
    """What the integrators' program printed of the one call that it made."""
    endpoints = running.state / "run" / "endpoints.json"
    return _run(["docs/integrators/one_call.py", str(endpoints), NUMBER], without_ours)


@pytest.fixture(scope="module")
def answers(running: Running, call: list[str], without_ours: dict[str, str]) -> list[str]:
    """What the analysts' program printed of the topics after that call."""
    return _run(["docs/analysts/questions.py", running.endpoints.kafka], without_ours)


def test_the_services_say_themselves_what_can_be_asked(
    running: Running, without_ours: dict[str, str]
) -> None:
    endpoints = running.state / "run" / "endpoints.json"
    told = _run(["docs/integrators/one_call.py", str(endpoints), "--list"], without_ours)
    served = {line for line in told if not line.startswith(" ")}
    assert served >= {
        f"sasayaki.{name}.v1.{name.capitalize()}Service" for name in running.endpoints.grpc
    }
    assert "  ClaimAlert(request_id, alert_id)" in told


def test_a_stranger_registers_phones_takes_a_call_is_helped_and_ends_it(call: list[str]) -> None:
    ends = [line.partition(": ")[2] or line for line in call if not line.startswith("  ")]
    operator, supervisor = call[0].split()[0], call[0].split()[2]
    assert ends[1:] == [
        f"{NUMBER} was called, {operator} has picked up",
        f"raised, told to {supervisor}, claimed",
        f"{supervisor} listens and nobody hears it",
        f"{supervisor} whispers to the operator only",
        "what the topics tell of it:",
    ]


def test_the_topics_tell_a_stranger_the_whole_call(call: list[str]) -> None:
    told = [line.split()[1] for line in call if line.startswith("  ")]
    for name in ("CallArrived", "CallEnded", "EnquiryClosed", "OfferAccepted", "AlertResolved"):
        assert told.count(name) == 1, name
    assert told.count("SupervisorHeard") == 2
    assert told.index("GuidancePlayed") < told.index("TalkStarted") < told.index("AlertRaised")


def test_an_analyst_learns_how_long_customers_waited_by_reason(answers: list[str]) -> None:
    [row] = [line for line in answers if line.startswith("answered rsn_contract: ")]
    assert int(row.split()[2].rstrip(",")) >= 1


def test_an_analyst_learns_who_was_heard_how_often_and_why(
    call: list[str], answers: list[str]
) -> None:
    operator = call[0].split()[0]
    [row] = [line for line in answers if line.startswith(f"heard {operator}: ")]
    assert row.endswith(" for PURPOSE_HELP")


def test_an_analyst_learns_how_long_a_call_for_help_waited(
    call: list[str], answers: list[str]
) -> None:
    alert = call[2].partition(":")[0]
    [row] = [line for line in answers if line.startswith(f"alert {alert}: ")]
    assert 0 <= int(row.split()[2]) < 10_000


def _run(command: list[str], environment: dict[str, str]) -> list[str]:
    done = subprocess.run(
        [sys.executable, *command],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=PROGRAM_S,
        check=False,
    )
    assert done.returncode == 0, f"{command[0]}:\n{done.stdout}\n{done.stderr}"
    return done.stdout.splitlines()
