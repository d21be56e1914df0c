"""Handovers that are neither closed nor expired, by company and by caller; words still sealed."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeAlias

from sasayaki.callreason.v1.handover_events import (
    HandoverClosed,
    HandoverExpired,
    HandoverRead,
    HandoverTaken,
    HandoverWritten,
)
from sasayaki.event import Recorded
from sasayaki_callreason.cases.view import CASES_MOST, FORGOTTEN, OPEN

Shelf: TypeAlias = tuple[str, str, str]
"""Tenant, client company, and of whom: a contact, a caller's hash, or empty for everybody."""


@dataclass(slots=True, kw_only=True)
class Handover:
    """A handover; `taken_by` is empty while nobody deals with it."""

    handover_id: str
    tenant_id: str
    client_id: str
    written: HandoverWritten
    written_at: datetime
    taken_by: str = ""
    readers: set[str] = field(default_factory=set)

    def is_read_by(self, user_id: str) -> bool:
        """Whether they know of it: who wrote it does, and who deals with it."""
        return user_id in {self.written.user_id, self.taken_by} or user_id in self.readers

    @property
    def shelves(self) -> frozenset[Shelf]:
        """Where it is looked for; a hidden number is nobody's."""
        whom = {"", self.written.contact_id, self.written.caller_hash}
        return frozenset((self.tenant_id, self.client_id, each) for each in whom)


class HandoverView:
    """Every tenant's handovers, oldest first, until they are over."""

    topics: tuple[str, ...] = ("callreason.handover",)

    def __init__(self, most: int = CASES_MOST) -> None:
        self._most = most
        self._handovers: dict[str, Handover] = {}
        self._shelves: dict[Shelf, dict[str, Handover]] = {}

    def __len__(self) -> int:
        return len(self._handovers)

    def of(self, tenant_id: str, client_ids: Iterable[str]) -> Sequence[Handover]:
        """Those of some companies of a tenant."""
        return [
            each
            for client_id in client_ids
            for each in self._shelf((tenant_id, client_id, "")).values()
        ]

    def about(
        self, tenant_id: str, client_id: str, contact_id: str, caller_hash: str
    ) -> Sequence[Handover]:
        """Those about a contact and its caller; a hash means nothing to another company."""
        found = {**self._shelf((tenant_id, client_id, contact_id))}
        if caller_hash:
            found |= self._shelf((tenant_id, client_id, caller_hash))
        return list(found.values())

    def fold(self, record: Recorded[Any]) -> None:
        match record.data:
            case HandoverWritten() as written:
                self._put(record, written)
            case HandoverTaken(user_id=user_id):
                if (handover := self._handovers.get(record.subject)) is not None:
                    handover.taken_by = user_id
            case HandoverRead(user_id=user_id):
                if (handover := self._handovers.get(record.subject)) is not None:
                    handover.readers.add(user_id)
            case HandoverClosed() | HandoverExpired():
                self._remove(record.subject)

    def _shelf(self, shelf: Shelf) -> Mapping[str, Handover]:
        return self._shelves.get(shelf, {})

    def _put(self, record: Recorded[Any], written: HandoverWritten) -> None:
        if record.subject in self._handovers:
            return
        if len(self._handovers) >= self._most:
            self._remove(next(iter(self._handovers)))
            FORGOTTEN.labels("handover").inc()
        handover = Handover(
            handover_id=record.subject,
            tenant_id=record.tenant_id,
            client_id=record.client_id or "",
            written=written,
            written_at=record.time,
        )
        self._handovers[record.subject] = handover
        for shelf in handover.shelves:
            self._shelves.setdefault(shelf, {})[record.subject] = handover

    def _remove(self, handover_id: str) -> None:
        handover = self._handovers.pop(handover_id, None)
        if handover is None:
            return
        for shelf in handover.shelves:
            del self._shelves[shelf][handover_id]
            if not self._shelves[shelf]:
                del self._shelves[shelf]


def show(view: HandoverView) -> None:
    """Has the gauge read the view whenever it is asked for."""
    OPEN.labels("handover").set_function(lambda: len(view))
