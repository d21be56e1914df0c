"""Freezes one record of every event that a release can write.

Usage: python tools/freeze_records.py RELEASE. Writes tests/contract/golden/RELEASE.jsonl, once:
every later build must read it.
"""

import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from types import UnionType
from typing import Any, Union, get_args, get_origin

from sasayaki.event import Event, Message, OpenEnum, Recorded
from sasayaki_chassis import codec

ROOT = Path(__file__).resolve().parents[1]
CONTRACT = ROOT / "proto" / "python"
GOLDEN = ROOT / "tests" / "contract" / "golden"
INSTANT = datetime(2026, 11, 21, 12, 0, 0, 250_000, tzinfo=UTC)
SAMPLES: dict[Any, Any] = {str: "text", bool: True, int: 7, float: 1.5, datetime: INSTANT}


def sample(annotation: Any) -> Any:
    """A value that is not the zero value of its type."""
    if get_origin(annotation) in (Union, UnionType):
        return sample(get_args(annotation)[0])
    if get_origin(annotation) is tuple:
        return (sample(get_args(annotation)[0]),)
    if hasattr(annotation, "__metadata__"):
        return sample(get_args(annotation)[0])
    if issubclass(annotation, OpenEnum):
        return list(annotation)[1]
    if issubclass(annotation, Message):
        return filled(annotation)
    return SAMPLES[annotation]


def filled(message: type[Message]) -> Message:
    """The message with every field given."""
    values = {name: sample(field.annotation) for name, field in message.model_fields.items()}
    return message(**values)


def records() -> Iterator[bytes]:
    """One record of each event of the contract, in order of streams."""
    for path in sorted(CONTRACT.glob("sasayaki/*/v1/*_events.py")):
        module = ".".join(path.relative_to(CONTRACT).with_suffix("").parts)
        for offset, kind in enumerate(import_module(module).EVENTS):
            yield codec.encode(record(kind, offset)).value


def record(kind: type[Event], offset: int) -> Recorded[Event]:
    _, service, _, stream = kind.__module__.split(".")
    event = filled(kind)
    assert isinstance(event, Event)
    return Recorded(
        id=f"018f0000-0000-7000-8000-{offset:012x}",
        type=kind.event_type,
        source=f"/{service}/{stream.removesuffix('_events')}/thing_1",
        subject="thing_1",
        sequence=offset + 1,
        time=INSTANT,
        recorded_time=INSTANT,
        tenant_id="out_demo",
        client_id="cli_acme",
        at=offset,
        owner="018f0000-0000-7000-8000-ffffffffffff",
        auth_id="usr_sato",
        causation_id="request-1",
        correlation_id="con_1",
        traceparent="00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        data=event,
    )


def main(release: str) -> int:
    target = GOLDEN / f"{release}.jsonl"
    if target.exists():
        print(f"{target.name} is frozen already", file=sys.stderr)
        return 1
    target.parent.mkdir(exist_ok=True)
    target.write_bytes(b"".join(line + b"\n" for line in records()))
    print(f"{target.relative_to(ROOT)} holds {len(target.read_bytes().splitlines())} records")
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
