"""Contacts counted by reason: Pareto by workload, and stated against confirmed."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import accumulate

from sasayaki_callreason.reasons.contact import Contact
from sasayaki_callreason.reasons.tree import on_level
from sasayaki_callreason.reasons.view import Name

MS = timedelta(milliseconds=1)


@dataclass(frozen=True, slots=True)
class Row:
    """One reason's figures; an empty reason: nothing is known."""

    reason_id: str
    contacts: int
    handled: int
    workload_ms: int
    cumulative_share: float = 0.0

    @property
    def handle_ms_mean(self) -> int:
        return round(self.workload_ms / self.handled) if self.handled else 0


@dataclass(frozen=True, slots=True)
class Pair:
    """How often what was stated was confirmed as that; empty: none was."""

    stated: str
    confirmed: str
    contacts: int


class Tally:
    """Contacts that arrived from `since` until before `until`, each counted for one reason.

    Every contact is in exactly one row and one pair, so both add up to all of them.
    """

    def __init__(
        self, since: datetime, until: datetime, names: Mapping[str, Name], level: int = 0
    ) -> None:
        self._since = since
        self._until = until
        self._parents = {reason_id: name.parent_id for reason_id, name in names.items()}
        self._level = level
        self.contacts = 0
        self._of = Counter[str]()
        self._handled = Counter[str]()
        self._workload = Counter[str]()
        self._pairs = Counter[tuple[str, str]]()

    def count(self, contacts: Iterable[Contact]) -> None:
        for contact in contacts:
            arrived_at = contact.arrived_at
            if arrived_at is None or not self._since <= arrived_at < self._until:
                continue
            reason_id = self._counts_for(contact.reason_id)
            self.contacts += 1
            self._of[reason_id] += 1
            if contact.is_handled:
                self._handled[reason_id] += 1
                self._workload[reason_id] += contact.workload // MS
            stated, confirmed = contact.stated[1], contact.confirmed[1]
            self._pairs[self._counts_for(stated), self._counts_for(confirmed)] += 1

    def rows(self) -> Sequence[Row]:
        """The largest workload first; of equal ones the one with more contacts."""
        plain = sorted(
            (
                Row(reason_id, contacts, self._handled[reason_id], self._workload[reason_id])
                for reason_id, contacts in self._of.items()
            ),
            key=lambda row: (-row.workload_ms, -row.contacts, row.reason_id),
        )
        whole = self._workload.total()
        sums = accumulate(row.workload_ms for row in plain)
        return [
            Row(
                row.reason_id,
                row.contacts,
                row.handled,
                row.workload_ms,
                upto / whole if whole else 0.0,
            )
            for row, upto in zip(plain, sums, strict=True)
        ]

    def pairs(self) -> Sequence[Pair]:
        """The most frequent first."""
        ordered = sorted(self._pairs.items(), key=lambda pair: (-pair[1], pair[0]))
        return [Pair(stated, confirmed, contacts) for (stated, confirmed), contacts in ordered]

    def _counts_for(self, reason_id: str) -> str:
        return on_level(self._parents, reason_id, self._level) if reason_id else ""
