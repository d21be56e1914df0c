"""The demo's flows: good for the companies that the seed makes, and as their test cases say."""

from hashlib import sha256
from pathlib import Path

import pytest

from sasayaki_callreason.companies import declared_of
from sasayaki_callreason.flows.flow import Flow, looked_over
from sasayaki_callreason.flows.parts import Announce, HangUp, Menu, Route
from sasayaki_callreason.rehearsals.rehearsal import rehearse
from sasayaki_callreason.requests import settings_of
from sasayaki_tools import seed
from sasayaki_tools.seed_file import Client, read_seed
from sasayaki_tools.seed_prompts import prompt_files

DEMO = read_seed("demo")
FLOWS = [(client, seed.FLOWS / name) for client in DEMO.clients for name in client.flows]
BY_DAY = [(client, file) for client, file in FLOWS if not file.stem.endswith("_night")]


def id_of(given: object) -> str | None:
    return given.stem if isinstance(given, Path) else None


def flow_of(client: Client, file: Path) -> Flow:
    prompts = {
        name: sha256(wav.read_bytes()).hexdigest() for name, wav in prompt_files(client).items()
    }
    row = seed.client_row(client)
    row.request_id = seed.request_id(row)
    declared = declared_of(settings_of(row), prompts)
    flow, doubts = looked_over(file.read_bytes(), declared)
    assert doubts == ()
    return flow


def menu_of(flow: Flow) -> Menu:
    """The menu that asks why the customer calls; another may ask for their language."""
    menu = flow.steps["menu"]
    assert isinstance(menu, Menu)
    return menu


@pytest.mark.parametrize("client", DEMO.clients, ids=lambda client: client.id)
def test_every_number_of_the_demo_has_its_flow(client: Client) -> None:
    published = {flow_of(client, seed.FLOWS / name).flow_id for name in client.flows}
    assert set(client.numbers.values()) == published


@pytest.mark.parametrize(("client", "file"), FLOWS, ids=id_of)
def test_every_flow_of_the_demo_passes_the_cases_beside_it(client: Client, file: Path) -> None:
    cases = file.with_name(f"{file.stem}.test.yaml").read_bytes()
    assert rehearse(flow_of(client, file), cases) >= 3


@pytest.mark.parametrize(("client", "file"), BY_DAY, ids=id_of)
def test_keys_1_to_3_lead_to_a_reason_and_a_queue_of_theirs(client: Client, file: Path) -> None:
    flow = flow_of(client, file)
    menu = menu_of(flow)
    chosen = [menu.keys[key] for key in ("1", "2", "3")]
    assert [choice.reason for choice in chosen] == ["rsn_billing", "rsn_contract", "rsn_other"]
    routes = [flow.steps[choice.next] for choice in chosen]
    queues = [route.queue for route in routes if isinstance(route, Route)]
    assert len(queues) == 3
    assert set(queues) <= set(client.queues)


@pytest.mark.parametrize(("client", "file"), BY_DAY, ids=id_of)
def test_after_three_attempts_the_demo_says_sorry_and_hangs_up(client: Client, file: Path) -> None:
    flow = flow_of(client, file)
    menu = menu_of(flow)
    assert (menu.attempts, menu.otherwise) == (3, "sorry")
    assert any(isinstance(step, HangUp) for step in flow.steps.values())


def test_a_company_of_two_languages_has_every_prompt_of_its_flow_in_both() -> None:
    client, file = next((client, file) for client, file in FLOWS if client.id == "cli_hana")
    flow = flow_of(client, file)
    assert flow.languages == ("ja", "en")
    assert set(flow.words["ja"]) == set(flow.words["en"])
    spoken = {
        step.prompt["ja"] != step.prompt["en"]
        for step in flow.steps.values()
        if isinstance(step, Announce | Menu) and isinstance(step.prompt, dict)
    }
    assert spoken == {True}
    assert isinstance(menu_of(flow).prompt, dict)
