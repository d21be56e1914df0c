"""How often each operator was monitored today, of what the daily limit counts.

A view of `monitoring.supervision`: every call heard counts once per supervision. What is being
decided counts too, so that two who begin at once do not both take the last place of the day.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, tzinfo
from typing import Any, TypeAlias

from sasayaki.event import Recorded
from sasayaki.monitoring.v1.supervision_events import (
    Purpose,
    SupervisionEnded,
    SupervisionStarted,
    TargetSwitched,
)
from sasayaki_monitoring.supervision.supervision import LIMITED

Operator: TypeAlias = tuple[str, str]
"""Tenant and operator."""
Session: TypeAlias = tuple[str, str]
"""Supervision and contact."""


class Today:
    """The sessions of one day of the centre; a record of a later day begins the next."""

    topics: tuple[str, ...] = ("monitoring.supervision",)

    def __init__(self, zone: tzinfo) -> None:
        self._zone = zone
        self._day = date.min
        self._sessions: dict[Operator, set[Session]] = {}
        self._deciding: dict[Operator, list[Session]] = {}
        self._purposes: dict[str, Purpose] = {}

    def fold(self, record: Recorded[Any]) -> None:
        match record.data:
            case SupervisionStarted(purpose=purpose) as started:
                self._purposes[record.subject] = purpose
                self._heard(record, started.operator_id, started.contact_id)
            case TargetSwitched(operator_id=operator_id, contact_id=contact_id):
                self._heard(record, operator_id, contact_id)
            case SupervisionEnded():
                self._purposes.pop(record.subject, None)

    def count(self, tenant_id: str, operator_id: str, now: datetime) -> int:
        """Sessions of the operator on the day of `now`, and those that are being decided."""
        operator = (tenant_id, operator_id)
        today = self._day_of(now) == self._day
        sessions = self._sessions.get(operator, set()) if today else set[Session]()
        return len(sessions.union(self._deciding.get(operator, ())))

    @contextmanager
    def deciding(self, tenant_id: str, operator_id: str, session: Session | None) -> Iterator[None]:
        """The session, if it is one that counts, counts for others while it is decided."""
        if session is None:
            yield
            return
        held = self._deciding.setdefault((tenant_id, operator_id), [])
        held.append(session)
        try:
            yield
        finally:
            held.remove(session)
            if not held:
                self._deciding.pop((tenant_id, operator_id), None)

    def decided(self, tenant_id: str, operator_id: str, session: Session, now: datetime) -> None:
        """The session is decided; its record is on the way."""
        self._note((tenant_id, operator_id), session, self._day_of(now))

    def _heard(self, record: Recorded[Any], operator_id: str, contact_id: str) -> None:
        if self._purposes.get(record.subject) in LIMITED:
            operator = (record.tenant_id, operator_id)
            self._note(operator, (record.subject, contact_id), self._day_of(record.time))

    def _note(self, operator: Operator, session: Session, day: date) -> None:
        if day > self._day:
            self._day, self._sessions = day, {}
        if day == self._day:
            self._sessions.setdefault(operator, set()).add(session)

    def _day_of(self, instant: datetime) -> date:
        return instant.astimezone(self._zone).date()
