"""Every event class and stock protobuf read each other's JSON, for every value a field can have."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any, get_args, get_origin

import pytest
from google.protobuf import json_format
from google.protobuf.message import Message as Proto
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sasayaki.event import INTEGER_MOST, Event, Message, OpenEnum

CONTRACT = Path(__file__).resolve().parents[2] / "proto" / "python"
EARLIEST, LATEST = datetime(1, 1, 2), datetime(9999, 12, 30)  # noqa: DTZ001 - bounds are naive


def event_modules() -> list[str]:
    found = CONTRACT.glob("sasayaki/*/v1/*_events.py")
    return sorted(".".join(path.relative_to(CONTRACT).with_suffix("").parts) for path in found)


def all_events() -> Iterator[type[Event]]:
    for module in event_modules():
        yield from import_module(module).EVENTS


def proto_of(event: type[Event]) -> type[Proto]:
    """protoc's class for the same message."""
    found: type[Proto] = getattr(import_module(f"{event.__module__}_pb2"), event.__name__)
    return found


def values(annotation: Any, constraints: Any = None) -> st.SearchStrategy[Any]:
    """Every value that a field of this type can have."""
    if isinstance(annotation, type) and issubclass(annotation, OpenEnum):
        return st.sampled_from([each for each in annotation if each.name != "UNSPECIFIED"])
    if isinstance(annotation, type) and issubclass(annotation, Message):
        return messages(annotation)
    if get_origin(annotation) is Annotated:
        plain, limit = get_args(annotation)
        return values(plain, limit.metadata)
    if get_origin(annotation) is tuple:
        return st.lists(values(get_args(annotation)[0]), max_size=3).map(tuple)
    if annotation is datetime:
        return st.datetimes(EARLIEST, LATEST, timezones=st.just(UTC))
    limits = {
        name: getattr(limit, name)
        for limit in constraints or ()
        for name in ("ge", "le", "lt")
        if getattr(limit, name, None) is not None
    }
    scalars: dict[Any, st.SearchStrategy[Any]] = {
        str: st.text(st.characters(codec="utf-8"), max_size=20),
        bool: st.booleans(),
        int: st.integers(limits.get("ge"), limits.get("le", limits.get("lt", 1) - 1)),
        float: st.floats(allow_nan=False, allow_infinity=False),
    }
    return scalars[annotation]


def messages(message: type[Message]) -> st.SearchStrategy[Any]:
    fields = {}
    for name, field in message.model_fields.items():
        annotation, metadata = field.annotation, list(field.metadata)
        options = [arg for arg in get_args(annotation) if arg is not type(None)]
        optional = type(None) in get_args(annotation)
        plain = options[0] if optional else annotation
        if hasattr(plain, "__metadata__"):
            plain, metadata = get_args(plain)[0], list(plain.__metadata__)
        strategy = values(
            plain, [m for item in metadata for m in getattr(item, "metadata", [item])]
        )
        fields[name] = st.none() | strategy if optional else strategy
    return st.builds(message, **fields)


@pytest.mark.parametrize("event", list(all_events()), ids=lambda event: event.event_type)
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_an_event_survives_stock_protobuf_and_comes_back_equal(
    event: type[Event], data: st.DataObject
) -> None:
    told = data.draw(messages(event))
    text = json.dumps(told.proto_json(), ensure_ascii=False)
    parsed = json_format.Parse(text, proto_of(event)())
    back = json_format.MessageToJson(parsed, preserving_proto_field_name=True)
    assert event.model_validate(json.loads(back)) == told
    through_wire = proto_of(event).FromString(parsed.SerializeToString())
    assert json_format.MessageToDict(through_wire, preserving_proto_field_name=True) == json.loads(
        back
    )


@pytest.mark.parametrize("event", list(all_events()), ids=lambda event: event.event_type)
def test_every_event_has_the_full_name_of_its_message(event: type[Event]) -> None:
    assert proto_of(event).DESCRIPTOR.full_name == event.event_type


def test_the_largest_counts_survive_as_text() -> None:
    for module in event_modules():
        for event in import_module(module).EVENTS:
            for name, field in proto_of(event).DESCRIPTOR.fields_by_name.items():
                if field.cpp_type == field.CPPTYPE_INT64 and not field.is_repeated:
                    text = json.dumps({name: str(INTEGER_MOST)})
                    parsed = json_format.Parse(text, proto_of(event)())
                    assert getattr(parsed, name) == INTEGER_MOST
