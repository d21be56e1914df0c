"""Whatever a release wrote, every later build reads, and so does stock protobuf."""

import json
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest
from google.protobuf import json_format

from sasayaki.event import Event, Unknown, events_of
from sasayaki_chassis import codec

GOLDEN = Path(__file__).parent / "golden"


def frozen() -> Iterator[tuple[str, bytes]]:
    for path in sorted(GOLDEN.glob("*.jsonl")):
        for line in path.read_bytes().splitlines():
            yield f"{path.stem} {json.loads(line)['type']}", line


RECORDS = dict(frozen())


def topic_of(envelope: dict[str, object]) -> str:
    """`/routing/pool/…` is a record of `routing.pool`."""
    _, service, stream, _ = str(envelope["source"]).split("/")
    return f"{service}.{stream}"


@pytest.mark.parametrize("line", RECORDS.values(), ids=RECORDS.keys())
def test_a_released_record_is_decoded_and_written_again_without_loss(line: bytes) -> None:
    parsed = codec.parse(line)
    record = codec.decode(parsed, events_of(topic_of(parsed)))
    assert not isinstance(record.data, Unknown)
    written, released = json.loads(codec.encode(record).value), json.loads(line)
    data = released.pop("data")
    again = written.pop("data")
    # A list that an event was given since stands empty in it; nothing else may differ.
    assert {name: value for name, value in again.items() if value != [] or name in data} == data
    assert written.items() >= released.items()


@pytest.mark.parametrize("line", RECORDS.values(), ids=RECORDS.keys())
def test_a_released_record_is_read_by_stock_protobuf(line: bytes) -> None:
    envelope = json.loads(line)
    kind: type[Event] = events_of(topic_of(envelope))[envelope["type"]]
    proto = getattr(import_module(f"{kind.__module__}_pb2"), kind.__name__)
    parsed = json_format.ParseDict(envelope["data"], proto())
    back = json_format.MessageToDict(parsed, preserving_proto_field_name=True)
    assert back == envelope["data"]


def test_a_release_is_frozen() -> None:
    assert RECORDS
