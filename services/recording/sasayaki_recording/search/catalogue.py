"""Which recordings there are: a view of `recording.recording`, newest first."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sasayaki.event import Recorded
from sasayaki.recording.v1.recording_events import (
    LegalHoldReleased,
    LegalHoldSet,
    Pause,
    RecordingDeleted,
    RecordingFinished,
    RecordingStarted,
    RecordingWanted,
)

Place = tuple[float, str]
"""Where a recording stands in the list: its age first, so that the newest is the smallest."""


@dataclass(frozen=True, slots=True)
class Hold:
    """What forbids a recording's deletion."""

    hold_id: str
    reason: str
    set_at: datetime


@dataclass(frozen=True, slots=True)
class Entry:
    """One recording; `length_ms` is 0 until it is finished."""

    recording_id: str
    contact_id: str
    tenant_id: str
    client_id: str
    started_at: datetime
    length_ms: int = 0
    finished: bool = False
    wanted: bool = False
    deleted: bool = False
    holds: tuple[Hold, ...] = ()
    pauses: tuple[Pause, ...] = ()

    @property
    def place(self) -> Place:
        return -self.started_at.timestamp(), self.contact_id

    @property
    def ended_at(self) -> datetime:
        """Its end as far as it is known."""
        return self.started_at + timedelta(milliseconds=self.length_ms)


class Catalogue:
    """Entries by contact, and their order."""

    topics: tuple[str, ...] = ("recording.recording",)

    def __init__(self) -> None:
        self._entries: dict[str, Entry] = {}
        self._places: list[Place] = []
        self._kept: dict[str, dict[str, None]] = {}

    def fold(self, record: Recorded[Any]) -> None:
        match record.data:
            case RecordingStarted() as started:
                entry = Entry(
                    recording_id=started.recording_id,
                    contact_id=record.subject,
                    tenant_id=record.tenant_id,
                    client_id=record.client_id or "",
                    started_at=started.started_at,
                )
                self._entries[record.subject] = entry
                insort(self._places, entry.place)
                self._kept.setdefault(entry.client_id, {})[record.subject] = None
            case RecordingFinished(length_ms=length_ms, pauses=pauses):
                self._change(record.subject, length_ms=length_ms, finished=True, pauses=pauses)
            case RecordingWanted():
                self._change(record.subject, wanted=True)
            case LegalHoldSet(hold_id=hold_id, reason=reason):
                hold = Hold(hold_id, reason, record.time)
                holds = self._entries[record.subject].holds
                self._change(record.subject, holds=(*holds, hold))
            case LegalHoldReleased(hold_id=hold_id):
                holds = self._entries[record.subject].holds
                left = tuple(hold for hold in holds if hold.hold_id != hold_id)
                self._change(record.subject, holds=left)
            case RecordingDeleted():
                self._change(record.subject, deleted=True)
                self._kept[self._entries[record.subject].client_id].pop(record.subject, None)

    def of(self, contact_id: str) -> Entry | None:
        return self._entries.get(contact_id)

    def clients(self) -> set[str]:
        """All client companies that have recordings."""
        return set(self._kept)

    def kept(self, client_id: str) -> list[Entry]:
        """A client company's recordings that are not deleted."""
        return [self._entries[contact_id] for contact_id in self._kept.get(client_id, ())]

    def after(
        self, place: Place | None, *, from_: datetime | None = None, until: datetime | None = None
    ) -> Iterator[Entry]:
        """The entries that follow a place, from the beginning without one.

        Only those that started from `from_` (inclusive) and `until` (exclusive). To be read before
        anything else is folded.
        """
        first = 0 if place is None else bisect_right(self._places, place)
        last = len(self._places)
        if until is not None:  # newest first: what started at `until` stands before
            first = max(first, bisect_left(self._places, (-until.timestamp(), _LAST)))
        if from_ is not None:
            last = bisect_right(self._places, (-from_.timestamp(), _LAST))
        for at in range(first, last):
            yield self._entries[self._places[at][1]]

    def _change(self, contact_id: str, **changes: Any) -> None:
        self._entries[contact_id] = replace(self._entries[contact_id], **changes)


_LAST = "\U0010ffff"
"""Stands behind every contact id."""


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
