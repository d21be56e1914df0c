"""When a recording's time is up, and which days' looks are missing. Pure: no clock, no I/O."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo

from sasayaki_recording.retention.policy import For, ForEver, State
from sasayaki_recording.search.catalogue import Entry

LOOK_AT = time(3)
"""Of the centre's day: when the least is going on."""


@dataclass(frozen=True, slots=True)
class Due:
    """Recordings whose time is up: those that go, and those that a legal hold keeps."""

    free: tuple[str, ...]
    held: tuple[str, ...]


def due_at(entry: Entry, policy: State, line: Sequence[str]) -> datetime | None:
    """From when on it may go, `line` being its reason and those above; None: never."""
    match policy:
        case ForEver():
            return None
        case For(days):
            return entry.ended_at + timedelta(days=days.of(line))


def look_of(day: date, zone: tzinfo) -> datetime:
    """The instant of a day's look."""
    return datetime.combine(day, LOOK_AT, zone)


def last_look(now: datetime, zone: tzinfo) -> date:
    """The day of the last look that should have been."""
    local = now.astimezone(zone)
    return local.date() if local.time() >= LOOK_AT else local.date() - timedelta(days=1)


def missing(policy: State, now: datetime, zone: tzinfo) -> Iterator[date]:
    """Days whose look is still to be noted, oldest first."""
    match policy:
        case ForEver():
            return
        case For(_, day):
            last = last_look(now, zone)
            while day <= last:
                yield day
                day += timedelta(days=1)
