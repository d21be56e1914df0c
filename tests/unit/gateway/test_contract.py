"""What browsers may ask: every right that people have is open to them or shut with a reason."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from sasayaki_callreason.api import RIGHTS as CALLREASON
from sasayaki_callreason.cases.api import RIGHTS as CASES
from sasayaki_callreason.knowledge.api import RIGHTS as KNOWLEDGE
from sasayaki_gateway.contract.methods import CLOSED, OPEN
from sasayaki_media.api.rights import RIGHTS as MEDIA
from sasayaki_monitoring.api import RIGHTS as MONITORING
from sasayaki_recording.api import RIGHTS as RECORDING
from sasayaki_routing.api import RIGHTS as ROUTING

DOCUMENT = json.loads((Path(__file__).resolve().parents[3] / "console/openapi.json").read_text())
RIGHTS: Mapping[str, frozenset[str]] = {
    **ROUTING,
    **MEDIA,
    **MONITORING,
    **RECORDING,
    **CALLREASON,
    **CASES,
    **KNOWLEDGE,
}


def of_people() -> Iterator[str]:
    for path, roles in RIGHTS.items():
        if roles - {"service"}:
            yield path.split(".")[-1]


def test_every_rpc_that_people_may_call_is_open_or_shut_with_a_reason() -> None:
    assert {name for name in of_people() if name not in OPEN and name not in CLOSED} == set()


def test_nothing_is_both_open_and_shut() -> None:
    assert OPEN.keys() & CLOSED.keys() == set()


@pytest.mark.parametrize("name", sorted(OPEN))
def test_no_rpc_is_open_that_its_service_gives_to_services_alone(name: str) -> None:
    if OPEN[name].path in RIGHTS:
        assert RIGHTS[OPEN[name].path] - {"service"} == OPEN[name].roles


def test_what_an_answer_always_carries_is_required_and_what_may_be_absent_is_not() -> None:
    desk = DOCUMENT["components"]["schemas"]["WatchDeskResponse"]

    assert {"operatorId", "state", "kind"} <= set(desk["required"])
    assert {"contactId", "since", "respondBy"}.isdisjoint(desk["required"])


def test_a_request_requires_nothing_for_an_absent_field_has_its_zero_value() -> None:
    assert "required" not in DOCUMENT["components"]["schemas"]["SetOperatorStateRequest"]


def test_long_numbers_travel_as_text_and_are_taken_as_numbers_too() -> None:
    schemas = DOCUMENT["components"]["schemas"]

    assert schemas["FloorAlert"]["properties"]["measured"]["type"] == "string"
    kinds = schemas["GiveFeedbackRequest"]["properties"]["atMs"]["anyOf"]
    assert {kind["type"] for kind in kinds} == {"string", "integer"}


def test_a_map_is_an_object_of_whatever_names() -> None:
    schemas = DOCUMENT["components"]["schemas"]

    for message in ("GetFlowResponse", "PublishFlowRequest", "CheckFlowRequest"):
        prompts = schemas[message]["properties"]["prompts"]
        assert prompts["type"] == "object"
        assert prompts["additionalProperties"] == {"type": "string"}
    assert not [name for name in schemas if name.endswith("PromptsEntry")]


def test_each_reference_in_the_document_leads_somewhere() -> None:
    def references(part: object) -> Iterator[str]:
        if isinstance(part, dict):
            for key, value in part.items():
                if key == "$ref":
                    yield value
                yield from references(value)
        elif isinstance(part, list):
            for each in part:
                yield from references(each)

    wanted = {each.removeprefix("#/components/schemas/") for each in references(DOCUMENT)}
    assert wanted <= DOCUMENT["components"]["schemas"].keys()
