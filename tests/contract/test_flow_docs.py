"""docs/flows.md: the flows that it shows are good, their cases pass, its commands say just that."""

import re
import subprocess
import sys
from hashlib import sha256
from pathlib import Path

import pytest
from tests.unit.callreason.flows import checked

from sasayaki_callreason.companies import declared_of
from sasayaki_callreason.flows.parts import KINDS
from sasayaki_callreason.rehearsals.rehearsal import rehearse
from sasayaki_callreason.requests import settings_of
from sasayaki_tools import seed
from sasayaki_tools.flow import main, offline
from sasayaki_tools.seed_file import Client, Outbound, read_seed
from sasayaki_tools.seed_prompts import prompt_files

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs/flows.md").read_text()
SHOWN = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
PAIRS = list(zip(SHOWN[::2], SHOWN[1::2], strict=True))
ACME = next(client for client in read_seed("demo").clients if client.id == "cli_acme")
BOTH = ACME.model_copy(update={"languages": ("ja", "en")})


@pytest.mark.parametrize(("flow", "cases"), PAIRS, ids=("first", "whole"))
def test_every_flow_that_is_shown_passes_the_cases_after_it(flow: str, cases: str) -> None:
    client = BOTH if "languages: [ja, en]" in flow else ACME
    row = seed.client_row(client)
    row.request_id = seed.request_id(row)
    files = prompt_files(client)
    prompts = {name: sha256(wav.read_bytes()).hexdigest() for name, wav in files.items()}
    declared = declared_of(settings_of(row), prompts)
    assert rehearse(checked(flow, declared), cases) == cases.count("- name:")


def test_the_question_for_a_language_is_the_demo_s_own() -> None:
    shown = re.search(r"voices:\n\n((?:    .*\n)+)", PAGE)
    assert shown is not None
    lines = [line.strip() for line in shown[1].splitlines()]
    demo = [line.strip() for line in (seed.FLOWS / "hana.yaml").read_text().splitlines()]
    assert [line for line in demo if line in lines][: len(lines)] == lines


def test_every_kind_of_step_has_its_paragraph() -> None:
    assert set(re.findall(r"\*\*`(\w+)`\*\*", PAGE)) == set(KINDS)


@pytest.fixture
def first(tmp_path: Path) -> Path:
    (tmp_path / "first.yaml").write_text(SHOWN[0])
    (tmp_path / "first.test.yaml").write_text(SHOWN[1])
    return tmp_path / "first.yaml"


def test_check_and_test_say_what_the_page_says(
    first: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert main.main(["check", str(first)]) == 0
    assert main.main(["test", str(first)]) == 0
    checked_line, tested_line = capfd.readouterr().out.splitlines()
    assert f"    {checked_line}\n" in PAGE
    assert f"    {tested_line}\n" in PAGE


def test_a_fault_is_told_with_file_and_line(first: Path, capfd: pytest.CaptureFixture[str]) -> None:
    first.write_text(SHOWN[0].replace("next: goodbye", "next: goodby"))
    assert main.main(["check", str(first)]) == 1
    told = capfd.readouterr().err.splitlines()
    assert told == [f"{first}:18: steps.sorry.next: the flow has no step 'goodby'"]
    assert f"    seed/flows/{told[0].rpartition('/')[2]}\n" in PAGE


def test_a_case_that_fails_is_told_with_file_and_line(
    first: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    tests = main.beside(first)
    tests.write_text(SHOWN[1].replace("queue: que_contract", "queue: que_billing"))
    assert main.main(["test", str(first)]) == 1
    assert capfd.readouterr().err == (
        f"{tests}:8: a wrong key, then the right one: "
        "expected queue que_billing, was que_contract\n"
    )


def test_a_company_that_records_not_every_call_has_no_voicemail(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "night.yaml"
    file.write_bytes((seed.FLOWS / "acme_night.yaml").read_bytes())
    rarely: Client = ACME.model_copy(update={"recording": "sample", "sample_percent": 5})
    assert offline.look(read_seed("demo"), rarely, file, None) == 1
    assert "not every call is recorded" in capfd.readouterr().err


def test_asked_wrongly_it_says_how_and_exits_with_2() -> None:
    command = [sys.executable, "-m", "sasayaki_tools", "flow", "bless", "x.yaml"]
    told = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)
    assert told.returncode == 2
    assert "usage: ./sasayaki flow" in told.stderr


def test_skills_that_nobody_has_are_a_warning(
    first: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    first.write_text(SHOWN[0].replace("skills: [contract]", "skills: [contract, latin]"))
    assert main.main(["check", str(first)]) == 0
    why = "no operator who knows contract, latin serves the client company"
    assert capfd.readouterr().err == f"{first}:16: warning: steps.contract: {why}\n"


@pytest.mark.parametrize(
    ("prefixes", "warned"),
    [
        ((), {"call_back", "call_back_there", "specialist"}),
        (("+1",), {"specialist"}),
        (("+813",), set()),
    ],
)
def test_a_call_that_the_outbound_rule_does_not_allow_is_a_warning(
    prefixes: tuple[str, ...],
    warned: set[str],
    tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
) -> None:
    (tmp_path / "whole.yaml").write_text(SHOWN[2])
    rule = Outbound(prefixes=prefixes, concurrent=1, per_minute=1, per_day=1)
    company = BOTH.model_copy(update={"outbound": rule if prefixes else None})
    assert offline.look(read_seed("demo"), company, tmp_path / "whole.yaml", None) == 0
    told = capfd.readouterr().err.splitlines()
    assert {re.findall(r"warning: steps\.(\w+): ", line)[0] for line in told} == warned
    assert all("outbound rule" in line for line in told)
