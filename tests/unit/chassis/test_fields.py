"""Checks of request fields: the first fault is named, a request id is never optional."""

from datetime import UTC, datetime

import pytest
from google.protobuf.timestamp_pb2 import Timestamp

from sasayaki.monitoring.v1 import ledger_pb2 as ledger
from sasayaki.routing.v1 import routing_service_pb2 as pb
from sasayaki_chassis.fields import (
    Check,
    InvalidField,
    an_id,
    between,
    characters,
    chosen,
    instant,
    present,
    require,
    text,
)


def queue(**changes: object) -> pb.QueueContactRequest:
    fields = {"request_id": "r-1", "contact_id": "con_1", "priority": 3, **changes}
    return pb.QueueContactRequest(**fields)  # type: ignore[arg-type]  # faults are the point


def test_a_sound_request_passes() -> None:
    require(queue(), contact_id=an_id("con"), priority=between(0, 9))


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"request_id": ""}, "request_id"),
        ({"request_id": "語" * 43}, "request_id"),
        ({"contact_id": "usr_1"}, "contact_id"),
        ({"priority": 10}, "priority"),
    ],
)
def test_the_fault_is_named_by_its_field(changes: dict[str, object], field: str) -> None:
    with pytest.raises(InvalidField) as invalid:
        require(queue(**changes), contact_id=an_id("con"), priority=between(0, 9))
    assert invalid.value.field == field
    assert str(invalid.value).startswith(f"{field}: ")


@pytest.mark.parametrize(
    "value", ["", "con", "con_", "con_ä", "con_1\n", "con_1 2", "con_" + "1" * 128]
)
def test_what_is_no_id_is_refused(value: str) -> None:
    assert an_id("con")(value)


@pytest.mark.parametrize(
    ("check", "good", "bad"),
    [
        (an_id("con", optional=True), "", "x"),
        (text(most=3), "abc", "abcd"),
        (text(least=0), "", "x" * 257),
        (between(1, 2), 2, 3),
        (chosen, 1, 0),
        (present, "x", ""),
    ],
)
def test_a_check_says_what_is_wrong_or_nothing(check: Check, good: object, bad: object) -> None:
    assert check(good) is None
    assert check(bad)


def test_text_is_counted_in_characters_and_blanks_alone_are_none() -> None:
    check = characters(least=1, most=3)
    assert check("日本語") is None
    assert check("    ") == "1 to 3 characters, not 0"
    assert check("四文字だ") == "1 to 3 characters, not 4"


def test_what_may_be_left_out_has_a_limit_all_the_same() -> None:
    check = characters(least=0, most=3)
    assert check("") is None
    assert check("    ") == "0 to 3 characters, not 4"


def test_an_instant_that_is_not_given_is_none() -> None:
    assert instant(ledger.GetLedgerRequest(), "since") is None


def test_an_instant_is_read_in_utc() -> None:
    request = ledger.GetLedgerRequest(since=Timestamp(seconds=1_700_000_000, nanos=500_000_000))
    assert instant(request, "since") == datetime(2023, 11, 14, 22, 13, 20, 500_000, tzinfo=UTC)


def test_what_is_no_instant_is_refused_by_its_name() -> None:
    with pytest.raises(InvalidField) as invalid:
        instant(ledger.GetLedgerRequest(since=Timestamp(seconds=10**14)), "since")
    assert invalid.value.field == "since"
