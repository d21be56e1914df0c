"""The AsyncAPI that FastStream makes of the generated unions."""

import json

import pytest
from tests.property.test_event_json import event_modules

from sasayaki.event import Recorded
from sasayaki_chassis.asyncapi import document, record_type


def topics() -> list[str]:
    """Every stream of the contract, as a topic's name."""
    found = []
    for module in event_modules():
        _, service, _, stream = module.split(".")
        found.append(f"{service}.{stream.removesuffix('_events')}")
    return found


@pytest.mark.parametrize("topic", topics())
def test_every_stream_has_a_record_type_that_schemas_can_name(topic: str) -> None:
    assert issubclass(record_type(topic), Recorded)
    assert record_type(topic).__name__.isidentifier()


def test_the_document_names_what_is_told_and_heard_with_schemas_of_every_event() -> None:
    told = json.loads(document("routing", ["routing.pool"], {"routing.offer": ["media.call"]}))
    assert told["asyncapi"] == "3.0.0"
    assert set(told["channels"]) == {"routing.pool", "routing.offer reads media.call"}
    schemas = told["components"]["schemas"]
    assert {"PoolRecord", "CallRecord", "OfferMade", "CallArrived"} <= schemas.keys()
    assert schemas["PoolRecord"]["required"][:2] == ["id", "type"]
