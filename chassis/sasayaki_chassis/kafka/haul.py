"""What was read of topics, each record parsed and decoded once for all who follow it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from aiokafka import TopicPartition

from sasayaki.event import Event, Recorded, Unknown, events_of
from sasayaki_chassis import codec
from sasayaki_chassis.kafka.tail import Found, Tail

RECORDS_AT_ONCE = 500
"""Of one haul: between two of them other tasks get their turn."""

Counting: TypeAlias = Sequence[tuple[int, Recorded[Event] | str]]
"""Records that count, by offset; a text says why one cannot be decoded."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of one partition, up to the offset `next`."""

    place: TopicPartition
    next: int
    records: Counting


@dataclass(frozen=True, slots=True)
class Haul:
    """Some pieces; `whole_at` says when they had all there was, on the monotonic clock, or -inf."""

    pieces: tuple[Piece, ...]
    whole_at: float
    size: int


def hauls(tail: Tail, found: Mapping[TopicPartition, Found], prefix: str) -> Iterator[Haul]:
    """The tail's last answer in hauls of a bounded size; only the last one can be whole."""
    pieces, size = list[Piece](), 0
    for place, records in found.items():
        topic = place.topic.removeprefix(prefix)
        for first in range(0, len(records), RECORDS_AT_ONCE):
            some = records[first : first + RECORDS_AT_ONCE]
            pieces.append(Piece(place, some[-1][0] + 1, _counting(topic, some)))
            size += len(some)
            if size >= RECORDS_AT_ONCE:
                yield Haul(tuple(pieces), float("-inf"), size)
                pieces, size = [], 0
    yield Haul(tuple(pieces), tail.whole_at(), size)


def _counting(topic: str, records: Found) -> Counting:
    events = events_of(topic)
    # Annotated, not called: naming a type of records anew costs as much as reading one.
    counting: list[tuple[int, Recorded[Event] | str]] = []
    for offset, value in records:
        parsed = codec.history(offset, value, topic)
        if parsed is None:
            continue
        try:
            record = codec.decode(parsed, events)
        except codec.Undecodable as error:
            codec.HOSTILE.labels(topic).inc()
            counting.append((offset, str(error)))
            continue
        if isinstance(record.data, Unknown):
            codec.UNKNOWN.labels(topic).inc()
        else:
            counting.append((offset, record))
    return counting
