"""What the judge is given: what phones and people saw, and what the platform wrote down."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import TypeVar

from sasayaki_demo.ledger import Entry
from sasayaki_demo.topics import Written, by_stream

_T = TypeVar("_T")


@dataclass(frozen=True)
class Case:
    """What the judge is given."""

    ledger: list[Entry]
    records: list[Written]
    caller_of: Callable[[Written], str]
    """Opens the sealed caller number of a `CallArrived`."""
    started_ns: int
    """Contacts that arrived before are not this case's."""

    @cached_property
    def contacts(self) -> dict[str, dict[str, list[Written]]]:
        """Returns the case's contacts: contact id -> event name -> records."""
        found: dict[str, dict[str, list[Written]]] = {}
        for (topic, stream), records in by_stream(self.records).items():
            if topic == "media.call" and when_ns(records[0]) >= self.started_ns:
                found[stream] = defaultdict(list)
        for record in self.records:
            contact = record.event.get("correlationid") or record.event.get("subject")
            if record.is_history and contact in found:
                found[str(contact)][record.name].append(record)
        return found

    def streams(self, topic: str) -> dict[str, list[Written]]:
        """Returns the histories of one topic that began in the case's time, by stream id."""
        return {
            stream: records
            for (name, stream), records in by_stream(self.records).items()
            if name == topic and when_ns(records[0]) >= self.started_ns
        }

    def events(self, name: str) -> list[Entry]:
        """Returns what phones told under a name."""
        return [e for e in self.ledger if e.get("event") == name]

    def acts(self, name: str) -> list[Entry]:
        """Returns what people did under a name."""
        return [e for e in self.ledger if e.get("act") == name]


def when_ns(record: Written) -> int:
    """Returns when an event happened, in nanoseconds of the wall clock."""
    return int(datetime.fromisoformat(str(record.event["time"])).timestamp() * 1e9)


def differences(one: str, left: Counter[_T], other: str, right: Counter[_T]) -> Iterator[str]:
    """Yields each thing that one side tells more often than the other."""
    for item in left.keys() | right.keys():
        if left[item] != right[item]:
            yield f"{item}: {left[item]} {one}, {right[item]} {other}"
