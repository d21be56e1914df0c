"""Who heard whom, when, why and for how long: a view folded record by record.

Why a supervisor is on a call stands in `monitoring.supervision`, what was heard in `media.call`,
as the node says it. The two topics come in no common order, so an entry is begun by whichever half
is first; it is told once the reason is known.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, TypeAlias

from prometheus_client import Counter, Gauge

from sasayaki.event import Recorded
from sasayaki.media.v1.call_events import SupervisionMode, SupervisorHeard, SupervisorLegEnded
from sasayaki.monitoring.v1.supervision_events import (
    ConsentAnswer,
    ConsentAnswered,
    ConsentRequested,
    OperatorAwaited,
    Purpose,
    SupervisionEnded,
    SupervisionEndReason,
    SupervisionStarted,
    TargetSwitched,
)

ENTRIES_MOST = 500_000
"""Of all tenants; beyond that the oldest go first, however young."""

DROPPED = Counter("sasayaki_monitoring_ledger_dropped_total", "Entries that were let go.", ("why",))
ENTRIES = Gauge("sasayaki_monitoring_ledger_entries", "Entries of the ledger.")

Key: TypeAlias = tuple[str, str]
"""Supervision and contact."""


@dataclass(slots=True)
class Stretch:
    """A time in one mode; None: it goes on."""

    leg_id: str
    mode: SupervisionMode
    since: datetime
    until: datetime | None = None

    def lasted(self, now: datetime) -> timedelta:
        return max(timedelta(), (self.until or now) - self.since)


@dataclass(slots=True)
class Entry:
    """One supervisor on one call; `begun_at` is None until it is known why."""

    supervision_id: str
    contact_id: str
    noted_at: datetime
    tenant_id: str
    client_id: str = ""
    operator_id: str = ""
    supervisor_id: str = ""
    purpose: Purpose = Purpose.UNSPECIFIED
    consent: ConsentAnswer | None = None
    begun_at: datetime | None = None
    stretches: list[Stretch] = field(default_factory=list)
    ended_as: SupervisionEndReason = SupervisionEndReason.UNSPECIFIED

    def heard(self, now: datetime) -> timedelta:
        return sum((each.lasted(now) for each in self.stretches), timedelta())

    @property
    def open_stretch(self) -> Stretch | None:
        last = self.stretches[-1] if self.stretches else None
        return last if last is not None and last.until is None else None


@dataclass(slots=True)
class _Supervision:
    """What holds for all calls of one supervision, and the call it is on."""

    supervisor_id: str
    purpose: Purpose
    contact_id: str = ""
    consents: dict[str, ConsentAnswer] = field(default_factory=dict)


class LedgerView:
    """Entries of the last `keep`, of every tenant."""

    topics: tuple[str, ...] = ("monitoring.supervision", "media.call")

    def __init__(self, keep: timedelta) -> None:
        self._keep = keep
        self._entries: dict[Key, Entry] = {}
        self._of: dict[tuple[str, str], dict[Key, Entry]] = {}
        """By tenant and operator."""
        self._supervisions: dict[str, _Supervision] = {}

    def __len__(self) -> int:
        return len(self._entries)

    def fold(self, record: Recorded[Any]) -> None:
        match record.data:
            case SupervisorHeard() as heard:
                self._heard(record, heard)
            case SupervisorLegEnded(supervision_id=supervision_id, leg_id=leg_id, left_at=left_at):
                entry = self._entries.get((supervision_id, record.subject))
                stretch = entry.open_stretch if entry is not None else None
                if stretch is not None and stretch.leg_id == leg_id:
                    stretch.until = max(stretch.since, left_at or record.time)
            case ConsentRequested() | SupervisionStarted() as begun:
                known = self._supervisions.get(record.subject)
                if known is None:
                    known = _Supervision(begun.supervisor_id, begun.purpose)
                    self._supervisions[record.subject] = known
                self._on(record, known, begun.contact_id, begun.operator_id)
            case _:
                if (known := self._supervisions.get(record.subject)) is not None:
                    self._goes_on(record, known)

    def of(
        self, tenant_id: str, operator_id: str, since: datetime, until: datetime
    ) -> Iterator[Entry]:
        """Entries of one operator that began from `since` to `until`, newest first."""
        found = [
            (entry.begun_at, entry)
            for entry in self._of.get((tenant_id, operator_id), {}).values()
            if entry.begun_at is not None and since <= entry.begun_at <= until
        ]
        found.sort(key=lambda pair: pair[0], reverse=True)
        return (entry for _, entry in found)

    def entry(self, supervision_id: str, contact_id: str) -> Entry | None:
        """What is known of one supervision on one call; of no contact: on the last."""
        known = self._supervisions.get(supervision_id)
        return self._entries.get(
            (supervision_id, contact_id or (known.contact_id if known else ""))
        )

    def _heard(self, record: Recorded[Any], heard: SupervisorHeard) -> None:
        entry = self._entry(record, heard.supervision_id, record.subject)
        stretch = entry.open_stretch
        if stretch is not None:
            if (stretch.leg_id, stretch.mode) == (heard.leg_id, heard.mode):
                return
            stretch.until = max(stretch.since, heard.applied_at)
        entry.stretches.append(Stretch(heard.leg_id, heard.mode, heard.applied_at))

    def _goes_on(self, record: Recorded[Any], known: _Supervision) -> None:
        entry = self._entries.get((record.subject, known.contact_id))
        match record.data:
            case ConsentAnswered(answer=answer) if entry is not None:
                entry.consent = known.consents[entry.operator_id] = answer
            case TargetSwitched(contact_id=contact_id, operator_id=operator_id):
                _ends(entry, SupervisionEndReason.ENDED)
                self._on(record, known, contact_id, operator_id)
            case OperatorAwaited():
                _ends(entry, SupervisionEndReason.CALL_ENDED)
            case SupervisionEnded(reason=reason):
                _ends(entry, reason)

    def _on(
        self, record: Recorded[Any], known: _Supervision, contact_id: str, operator_id: str
    ) -> None:
        """The supervisor is on a call, for the first time or again."""
        known.contact_id = contact_id
        entry = self._entry(record, record.subject, contact_id)
        entry.ended_as = SupervisionEndReason.UNSPECIFIED
        if entry.begun_at is not None:
            return
        entry.begun_at = record.time
        entry.client_id, entry.operator_id = record.client_id or "", operator_id
        entry.supervisor_id, entry.purpose = known.supervisor_id, known.purpose
        entry.consent = known.consents.get(operator_id)
        own = self._of.setdefault((record.tenant_id, operator_id), {})
        own[record.subject, contact_id] = entry

    def _entry(self, record: Recorded[Any], supervision_id: str, contact_id: str) -> Entry:
        key = (supervision_id, contact_id)
        entry = self._entries.get(key)
        if entry is None:
            for old, why in list(self._too_many(record.time)):
                self._drop(old, why)
            entry = Entry(supervision_id, contact_id, record.time, record.tenant_id)
            self._entries[key] = entry
        return entry

    def _too_many(self, now: datetime) -> Iterator[tuple[Entry, str]]:
        """Entries to let go before one more is noted, oldest first."""
        over = len(self._entries) + 1 - ENTRIES_MOST
        for number, entry in enumerate(self._entries.values()):
            if entry.noted_at < now - self._keep:
                yield entry, "old"
            elif number < over:
                yield entry, "full"
            else:
                return

    def _drop(self, entry: Entry, why: str) -> None:
        key = (entry.supervision_id, entry.contact_id)
        del self._entries[key]
        operator = (entry.tenant_id, entry.operator_id)
        if own := self._of.get(operator):
            own.pop(key, None)
            if not own:
                del self._of[operator]
        known = self._supervisions.get(entry.supervision_id)
        if known is not None and known.contact_id == entry.contact_id:
            del self._supervisions[entry.supervision_id]
        DROPPED.labels(why).inc()


def heard_in_all(entries: Iterable[Entry], now: datetime) -> timedelta:
    """How long supervisors heard the calls of these entries, each supervisor counted."""
    return sum((entry.heard(now) for entry in entries), timedelta())


def show(view: LedgerView) -> None:
    """Has the gauge read the ledger whenever it is asked for."""
    ENTRIES.set_function(lambda: len(view))


def _ends(entry: Entry | None, reason: SupervisionEndReason) -> None:
    """Leaving a call, in the first way that is told."""
    if entry is not None and entry.ended_as is SupervisionEndReason.UNSPECIFIED:
        entry.ended_as = reason
