"""The demo's flows: good for the companies that the seed makes, and as its tour tells them."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from sasayaki_callreason.flows.flow import Announce, Declared, Flow, HangUp, Menu, Route, checked

SEED = Path(__file__).resolve().parents[3] / "seed"
CLIENTS: list[dict[str, Any]] = yaml.safe_load((SEED / "demo.yaml").read_text())["clients"]


def flow_of(client: dict[str, Any]) -> Flow:
    declared = Declared(
        reasons=frozenset(reason["id"] for reason in client["reasons"]),
        queues=frozenset(client["queues"]),
        prompts={Path(name).stem: "a" * 64 for name in client["prompts"]},
    )
    [name] = client["flows"]
    return checked((SEED / "flows" / name).read_bytes(), declared)


@pytest.mark.parametrize("client", CLIENTS, ids=lambda client: client["id"])
def test_every_number_of_the_demo_has_its_flow(client: dict[str, Any]) -> None:
    assert set(client["numbers"].values()) == {flow_of(client).flow_id}


@pytest.mark.parametrize("client", CLIENTS, ids=lambda client: client["id"])
def test_keys_1_to_3_lead_from_the_guidance_to_a_reason_and_its_queue(
    client: dict[str, Any],
) -> None:
    flow = flow_of(client)
    guidance = flow.steps[flow.start]
    assert isinstance(guidance, Announce)
    assert guidance.guidance
    menu = flow.steps[guidance.next]
    assert isinstance(menu, Menu)
    reasons = [menu.keys[key].reason for key in ("1", "2", "3")]
    assert reasons == [reason["id"] for reason in client["reasons"]]
    routes = [flow.steps[menu.keys[key].next] for key in ("1", "2", "3")]
    assert [route.queue for route in routes if isinstance(route, Route)] == client["queues"]


@pytest.mark.parametrize("client", CLIENTS, ids=lambda client: client["id"])
def test_after_three_attempts_the_demo_says_sorry_and_hangs_up(client: dict[str, Any]) -> None:
    flow = flow_of(client)
    [menu] = [step for step in flow.steps.values() if isinstance(step, Menu)]
    assert menu.attempts == 3
    sorry = flow.steps[menu.otherwise]
    assert isinstance(sorry, Announce)
    assert isinstance(flow.steps[sorry.next], HangUp)
