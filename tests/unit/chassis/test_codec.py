"""Records as bytes: what is written, what is read back, and what is not let in."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from tests.harness.counter import COUNTER, Counted

from sasayaki.event import Event, OpenEnum, Recorded, Unknown
from sasayaki_chassis import codec
from sasayaki_chassis.codec import DEPTH_MOST, RECORD_BYTES_MOST, Undecodable

EVENTS = {event.event_type: event for event in COUNTER.events}
RECORD: Recorded[Event] = Recorded(
    id="018f0000-0000-7000-8000-000000000001",
    type=Counted.event_type,
    source="/test/counter/one",
    subject="one",
    sequence=4711,
    time=datetime(2026, 11, 21, 12, 0, 0, 250_000, tzinfo=UTC),
    recorded_time=datetime(2026, 11, 21, 12, 0, 0, 257_125, tzinfo=UTC),
    tenant_id="out_demo",
    client_id="cli_acme",
    at=81234,
    owner="018f0000-0000-7000-8000-000000000002",
    auth_id="usr_sato",
    causation_id="r-1",
    correlation_id="con_1",
    traceparent="00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
    data=Counted(total=3),
)
WRITTEN = {
    "specversion": "1.0",
    "id": "018f0000-0000-7000-8000-000000000001",
    "type": "sasayaki.test.v1.Counted",
    "source": "/test/counter/one",
    "subject": "one",
    "sequence": "0000004711",
    "time": "2026-11-21T12:00:00.250Z",
    "recordedtime": "2026-11-21T12:00:00.257125Z",
    "tenantid": "out_demo",
    "clientid": "cli_acme",
    "at": 81234,
    "owner": "018f0000-0000-7000-8000-000000000002",
    "authid": "usr_sato",
    "causationid": "r-1",
    "correlationid": "con_1",
    "traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
    "datacontenttype": "application/json",
    "data": {"total": 3},
}


class Colour(OpenEnum):
    """A choice."""

    UNSPECIFIED = "COLOUR_UNSPECIFIED"
    RED = "COLOUR_RED"


class Painted(Event, type="sasayaki.test.v1.Painted"):
    """Something has a colour."""

    colour: Colour


def changed(**changes: Any) -> bytes:
    """The written record with other or, for None, without some attributes."""
    merged = {**WRITTEN, **changes}
    return json.dumps({key: value for key, value in merged.items() if value is not None}).encode()


def test_a_record_is_cloudevents_structured_json_under_its_stream_as_key() -> None:
    entry = codec.encode(RECORD)
    assert list(json.loads(entry.value).items()) == list(WRITTEN.items())
    assert entry.key == b"one"
    assert dict(entry.headers) == {
        "ce_type": b"sasayaki.test.v1.Counted",
        "traceparent": str(WRITTEN["traceparent"]).encode(),
    }


def test_what_was_written_is_read_back_equal() -> None:
    assert codec.decode(codec.parse(codec.encode(RECORD).value), EVENTS) == RECORD


def test_attributes_that_do_not_apply_are_left_out_and_read_as_none() -> None:
    optional = ("clientid", "authid", "causationid", "correlationid", "traceparent")
    record = codec.decode(codec.parse(changed(**dict.fromkeys(optional))), EVENTS)
    assert record.client_id is None
    assert record.traceparent is None
    assert set(json.loads(codec.encode(record).value)) == set(WRITTEN) - set(optional)


def test_a_record_counts_only_where_it_was_meant_to_land() -> None:
    value = codec.encode(RECORD).value
    assert codec.history(81234, value, "test.counter") is not None
    assert codec.history(81233, value, "test.counter") is None
    assert codec.history(81235, value, "test.counter") is None


def test_a_claim_counts_at_no_offset() -> None:
    assert not any(codec.counts(offset, codec.CLAIM_AT) for offset in range(1_000))


@pytest.mark.parametrize(
    "value",
    [
        None,
        b"",
        b"\xff\xfe",
        b"null",
        b"[]",
        b"{",
        b"{}",
        b'{"at": 1, "at": 1}',
        b'{"at": 1, "data": {"total": 1, "total": 2}}',
        b'{"at": NaN}',
        b'{"at": 1, "data": {"total": Infinity}}',
        b'{"at": 1, "data": -Infinity}',
        b'{"at": "1"}',
        b'{"at": 1.0}',
        b'{"at": true}',
        b'{"at": 1, "data": ' + b"[" * DEPTH_MOST + b"]" * DEPTH_MOST + b"}",
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b'{"at": 1, "x": "' + b"x" * RECORD_BYTES_MOST + b'"}',
        b'{"at": 1, "x": ' + b"9" * 5_000 + b"}",
    ],
    ids=range(20),
)
def test_hostile_bytes_are_no_record(value: bytes | None) -> None:
    with pytest.raises(Undecodable):
        codec.parse(value)
    assert codec.history(1, value, "test.counter") is None


def test_the_deepest_lawful_record_is_read() -> None:
    inside = DEPTH_MOST - 1
    assert codec.parse(b'{"at": 1, "x": ' + b"[" * inside + b"]" * inside + b"}")


@pytest.mark.parametrize(
    "changes",
    [
        {"id": None},
        {"subject": None},
        {"tenantid": None},
        {"sequence": "-1"},
        {"sequence": "many"},
        {"time": "yesterday"},
        {"time": 1_700_000_000},
        {"time": "2026-11-21T12:00:00"},
        {"data": {"total": -1}},
        {"data": {"total": 2**32}},
        {"data": {"total": "x"}},
        {"data": []},
        {"data": "text"},
    ],
    ids=str,
)
def test_a_record_that_is_not_what_it_says_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(Undecodable):
        codec.decode(codec.parse(changed(**changes)), EVENTS)


def test_a_newer_writers_event_is_unknown_and_keeps_what_it_says() -> None:
    value = changed(type="sasayaki.test.v1.Newer", data={"a": 1})
    record = codec.decode(codec.parse(value), EVENTS)
    assert record.data == Unknown(raw_type="sasayaki.test.v1.Newer", raw={"a": 1})


def test_a_newer_writers_field_is_ignored() -> None:
    record = codec.decode(codec.parse(changed(data={"total": 3, "newer": 1})), EVENTS)
    assert record.data == Counted(total=3)


def test_a_newer_writers_enum_value_reads_as_unspecified() -> None:
    assert Painted.model_validate({"colour": "COLOUR_GREEN"}).colour is Colour.UNSPECIFIED


def test_nobody_writes_unspecified() -> None:
    assert Painted(colour=Colour.RED).proto_json() == {"colour": "COLOUR_RED"}
    with pytest.raises(ValueError, match=r"Painted\.colour is unspecified"):
        Painted(colour=Colour.UNSPECIFIED).proto_json()


def test_a_scalar_that_json_leaves_out_reads_as_zero() -> None:
    assert Counted.model_validate({}) == Counted(total=0)


def test_a_record_over_the_limit_is_not_written() -> None:
    class Long(Event, type="sasayaki.test.v1.Long"):
        text: str

    record = RECORD.model_copy(update={"data": Long(text="x" * RECORD_BYTES_MOST)})
    with pytest.raises(ValueError, match="over 262144"):
        codec.encode(record)
