"""Which recordings there are: a view of `recording.recording`, newest first."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from bisect import bisect_right, insort
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sasayaki.event import Recorded
from sasayaki.recording.v1.recording_events import RecordingFinished, RecordingStarted

Place = tuple[float, str]
"""Where a recording stands in the list: its age first, so that the newest is the smallest."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One recording; `length_ms` is 0 until it is finished."""

    recording_id: str
    contact_id: str
    tenant_id: str
    client_id: str
    started_at: datetime
    length_ms: int
    finished: bool

    @property
    def place(self) -> Place:
        return -self.started_at.timestamp(), self.contact_id


class Catalogue:
    """Entries by contact, and their order."""

    topics: tuple[str, ...] = ("recording.recording",)

    def __init__(self) -> None:
        self._entries: dict[str, Entry] = {}
        self._places: list[Place] = []

    def fold(self, record: Recorded[Any]) -> None:
        match record.data:
            case RecordingStarted() as started:
                entry = Entry(
                    recording_id=started.recording_id,
                    contact_id=record.subject,
                    tenant_id=record.tenant_id,
                    client_id=record.client_id or "",
                    started_at=started.started_at,
                    length_ms=0,
                    finished=False,
                )
                self._entries[record.subject] = entry
                insort(self._places, entry.place)
            case RecordingFinished() as finished:
                entry = self._entries[record.subject]
                self._entries[record.subject] = replace(
                    entry, length_ms=finished.length_ms, finished=True
                )

    def of(self, contact_id: str) -> Entry | None:
        return self._entries.get(contact_id)

    def after(self, place: Place | None) -> Iterator[Entry]:
        """The entries that follow a place, from the beginning without one."""
        first = 0 if place is None else bisect_right(self._places, place)
        for _, contact_id in self._places[first:]:
            yield self._entries[contact_id]


def page_token(place: Place) -> str:
    """A place as text that means nothing to the caller."""
    return urlsafe_b64encode(f"{place[0]!r} {place[1]}".encode()).decode()


def place_of(token: str) -> Place | None:
    """The place a token was made of; None without one. Raises ValueError for any other text."""
    if not token:
        return None
    try:
        age, contact_id = urlsafe_b64decode(token.encode()).decode().split(" ")
        return float(age), contact_id
    except ValueError as error:
        raise ValueError("not one of ours") from error
