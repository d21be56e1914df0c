"""Records as bytes and back; what counts as history; what no reader lets in."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from prometheus_client import Counter
from pydantic import ValidationError

from sasayaki.event import Event, Recorded, Unknown, instant_text
from sasayaki_chassis.ids import uuid7

RECORD_BYTES_MOST = 256 * 1024
DEPTH_MOST = 32
"""Objects and lists inside one another, the envelope included."""
CLAIM_TYPE = "sasayaki.chassis.v1.OwnershipClaimed"
CLAIM_AT = -1
"""A claim is a barrier, not history: no offset is -1, so it counts nowhere."""

VOID = Counter(
    "sasayaki_chassis_void_records_total",
    "Records that did not land where they were meant to, claims included.",
    ("stream",),
)
UNKNOWN = Counter(
    "sasayaki_chassis_unknown_records_total", "Records of a type this build lacks.", ("stream",)
)
HOSTILE = Counter(
    "sasayaki_chassis_undecodable_records_total", "Records that break a limit or form.", ("stream",)
)


RECORD = Recorded[Event]
"""Made once: naming the type anew costs as much as reading a record."""


class Undecodable(Exception):
    """Bytes that are no record: over a limit, not JSON, or not the event they claim to be."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One record as Kafka holds it."""

    key: bytes
    value: bytes
    headers: tuple[tuple[str, bytes], ...] = ()


def counts(offset: int, at: object) -> bool:
    """Whether a record is history: it landed where its writer meant it to land."""
    return at == offset


def encode(record: Recorded[Event]) -> Entry:
    """The record as CloudEvents structured JSON; raises ValueError over the size limit."""
    envelope: dict[str, Any] = {
        "specversion": record.specversion,
        "id": record.id,
        "type": record.type,
        "source": record.source,
        "subject": record.subject,
        "sequence": f"{record.sequence:010}",
        "time": instant_text(record.time),
        "recordedtime": instant_text(record.recorded_time),
        "tenantid": record.tenant_id,
        "clientid": record.client_id,
        "at": record.at,
        "owner": record.owner,
        "authid": record.auth_id,
        "causationid": record.causation_id,
        "correlationid": record.correlation_id,
        "traceparent": record.traceparent,
        "datacontenttype": record.datacontenttype,
        "data": record.data.proto_json(),
    }
    present = {key: value for key, value in envelope.items() if value is not None}
    value = _WRITER.encode(present).encode()
    if len(value) > RECORD_BYTES_MOST:
        raise ValueError(f"a {record.type} of {len(value)} bytes, over {RECORD_BYTES_MOST}")
    headers = [("ce_type", record.type.encode())]
    if record.traceparent:
        headers.append(("traceparent", record.traceparent.encode()))
    return Entry(record.subject.encode(), value, tuple(headers))


def claim(stream: str, partition: str, claim_id: str, now: datetime) -> Entry:
    """What an owner writes before it serves: whoever owned the partition stops when it reads it."""
    return encode(
        RECORD.model_construct(
            id=str(uuid7()),
            type=CLAIM_TYPE,
            source=source_of(stream),
            subject=partition,
            sequence=0,
            time=now,
            recorded_time=now,
            tenant_id="",
            at=CLAIM_AT,
            owner=claim_id,
            data=Event(),
        )
    )


def source_of(stream: str) -> str:
    """What CloudEvents' `source` begins with: `routing.pool` has `/routing/pool`."""
    return f"/{stream.replace('.', '/')}"


def parse(value: bytes | None) -> dict[str, Any]:
    """The envelope as JSON within the limits; raises Undecodable."""
    if value is None or len(value) > RECORD_BYTES_MOST:
        raise Undecodable(f"{'no' if value is None else len(value)} bytes")
    try:
        parsed = _READER.decode(value.decode())
    except (ValueError, RecursionError) as error:
        raise Undecodable(f"not JSON: {error}") from error
    if not isinstance(parsed, dict) or type(parsed.get("at")) is not int:
        raise Undecodable("no object with an integer `at`")
    opened = value.count(b"{") + value.count(b"[")  # nearly always few: no need to look deeper
    if opened > DEPTH_MOST and _deep(parsed, DEPTH_MOST):
        raise Undecodable(f"deeper than {DEPTH_MOST}")
    return parsed


def decode(parsed: Mapping[str, Any], events: Mapping[str, type[Event]]) -> Recorded[Event]:
    """The record of a parsed envelope; an event that is not in `events` becomes `Unknown`."""
    kind = events.get(str(parsed.get("type")))
    data = parsed.get("data", {})
    try:
        if kind is None:
            event: Event = Unknown(raw_type=str(parsed.get("type")), raw=data)
        else:
            event = kind.model_validate(data)
        return RECORD.model_validate({**parsed, "data": event})
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        raise Undecodable(f"{parsed.get('type')}: {where}: {first['msg']}") from error


def readable(value: bytes | None, stream: str) -> dict[str, Any] | None:
    """The parsed envelope; None, and counted, for what is no record: it cannot count."""
    try:
        return parse(value)
    except Undecodable:
        HOSTILE.labels(stream).inc()
        return None


def history(offset: int, value: bytes | None, stream: str) -> dict[str, Any] | None:
    """The parsed envelope if the record counts; None, and counted, if it is void or no record."""
    parsed = readable(value, stream)
    if parsed is None or counts(offset, parsed["at"]):
        return parsed
    VOID.labels(stream).inc()
    return None


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key twice in one object")
    return found


def _no_constant(name: str) -> float:
    raise ValueError(f"{name} is no JSON number")


_READER = json.JSONDecoder(object_pairs_hook=_object, parse_constant=_no_constant)
"""Made once, as the writer is: `json.loads` and `json.dumps` make one for each call with options,
which takes longer than a record does."""
_WRITER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def _deep(value: Any, left: int) -> bool:
    if not isinstance(value, dict | list):
        return False
    inside = value.values() if isinstance(value, dict) else value
    return left == 0 or any(_deep(item, left - 1) for item in inside)
