"""The floor whole: talks, who hears them, operators, those who wait and alerts, as rows."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, TypeAlias

from sasayaki.event import Event, Recorded
from sasayaki.media.v1.phone_reach_pb2 import PhoneReach
from sasayaki.monitoring.v1 import floor_pb2 as wire
from sasayaki.monitoring.v1.supervision_events import SupervisionEnded
from sasayaki.routing.v1.pool_events import (
    CallbackAsked,
    ContactAbandoned,
    ContactLeft,
    ContactQueued,
    ContactTransferred,
    OfferAccepted,
    PriorityRaised,
    RingReached,
    TransferKind,
)
from sasayaki_chassis.identity import Identity
from sasayaki_monitoring.alerts.rows import AlertRows
from sasayaki_monitoring.floor.floor import Talk
from sasayaki_monitoring.floor.operators import Operators
from sasayaki_monitoring.floor.queue_rows import QueueRows
from sasayaki_monitoring.floor.queues import IN_TIME
from sasayaki_monitoring.floor.rows import Part, Row
from sasayaki_monitoring.floor.supervisions import SupervisionRows
from sasayaki_monitoring.floor.talks import TalkRows
from sasayaki_monitoring.floor.watchers import Watcher, Watchers

Key: TypeAlias = tuple[str, str]
"""Kind and id of a row."""


class FloorView:
    """Folds five topics into rows and tells the watchers every change.

    The topics come in no common order; no row needs another's.
    """

    topics: tuple[str, ...] = (
        "callreason.enquiry",
        "media.call",
        "monitoring.alert",
        "monitoring.supervision",
        "routing.pool",
    )

    def __init__(self, watchers: Watchers, in_time: timedelta = IN_TIME) -> None:
        self._watchers = watchers
        self._rows: dict[Key, Row] = {}
        self._talks = TalkRows()
        self._operators = Operators()
        self._queues = QueueRows(in_time)
        self._alerts = AlertRows()
        self._supervisions = SupervisionRows()
        self._begun = asyncio.Event()  # replaced at each talk that begins

    def fold(self, record: Recorded[Any]) -> None:
        match record.type.split(".")[1]:
            case "media" | "callreason":
                self._of_a_call(record)
            case "routing":
                self._of_the_pool(record)
            case _:
                self._of_monitoring(record)

    def watch(self, who: Identity, part: Part = Part.EVERY) -> AbstractContextManager[Watcher]:
        """The floor from now on; raises Overloaded when too many watch."""
        return self._watchers.watching(who, self._rows.values(), part)

    def tell_queues(self, now: datetime) -> None:
        """Shows the queues that have changed, or whose half hour has moved on."""
        for key, row in self._queues.changed(now):
            self.put(("queue", key), row)

    def put(self, key: Key, row: Row) -> None:
        """Shows a row, of this view or another part of the service; it stays until it is taken."""
        self._rows[key] = row
        self._watchers.show(row)

    def take(self, key: Key, gone: wire.FloorGone) -> None:
        """Takes a row away, if it is there."""
        row = self._rows.pop(key, None)
        if row is not None:
            shown = wire.FloorRow(gone=gone)
            self._watchers.show(Row(row.tenant_id, row.client_ids, shown, row.audience))

    def reached(
        self, tenant_id: str, reach: Mapping[str, "PhoneReach.ValueType"], *, whole: bool
    ) -> Sequence[str]:
        """Takes down by what users can be reached; the operators who are to be shown anew."""
        return self._operators.reached(tenant_id, reach, whole=whole)

    def reach_unknown(self, tenant_id: str) -> Sequence[str]:
        """Nothing is known of phones any more; the operators who are to be shown anew."""
        return self._operators.reach_unknown(tenant_id)

    def show_operator(self, tenant_id: str, operator_id: str) -> None:
        if row := self._operators.row(tenant_id, operator_id):
            self.put(_key(row), row)

    def team_of(self, tenant_id: str, operator_id: str) -> str:
        """The operator's team, or nothing."""
        return self._operators.team_of(tenant_id, operator_id)

    def talk_of(self, tenant_id: str, operator_id: str) -> Talk | None:
        """The call that the operator is in."""
        return next(
            (
                talk
                for talk in self._talks.calls.talks.values()
                if (talk.tenant_id, talk.operator_id) == (tenant_id, operator_id)
            ),
            None,
        )

    async def talk_soon(self, tenant_id: str, operator_id: str, wait_s: float) -> Talk | None:
        """The call that the operator is in, if it is known within `wait_s`."""
        try:
            async with asyncio.timeout(wait_s):
                while (talk := self.talk_of(tenant_id, operator_id)) is None:
                    await self._begun.wait()
        except TimeoutError:
            return None
        return talk

    def _of_a_call(self, record: Recorded[Event]) -> None:
        key = ("talk", record.subject)
        before, row = self._rows.get(key), self._talks.fold(record)
        if row is None:
            self.take(key, wire.FloorGone(talk=record.subject))
        elif before is None or row.shown != before.shown:
            self.put(key, row)
            self._begun.set()
            self._begun = asyncio.Event()

    def _of_the_pool(self, record: Recorded[Any]) -> None:
        match record.data:
            case ContactQueued(contact_id=contact_id) as queued:
                row = _waiting(record, contact_id, queued.queue_id, queued.queued_at)
                row.shown.waiting.priority = queued.priority
                self.put(("waiting", contact_id), row)
            case ContactTransferred(contact_id=contact_id, kind=TransferKind.BLIND) as given:
                row = _waiting(record, contact_id, given.queue_id, given.since)
                self.put(("waiting", contact_id), row)
            case PriorityRaised(contact_id=contact_id, priority=priority):
                self._wait_on(contact_id, lambda waiting: _raised(waiting, priority))
            case RingReached(contact_id=contact_id) as reached:
                self._wait_on(contact_id, lambda waiting: _widened(waiting, reached))
            case (
                OfferAccepted(contact_id=contact_id)
                | ContactAbandoned(contact_id=contact_id)
                | ContactLeft(contact_id=contact_id)
                | CallbackAsked(contact_id=contact_id)
            ):
                self.take(("waiting", contact_id), wire.FloorGone(waiting=contact_id))
        self._queues.fold(record)
        for row in self._operators.fold(record):
            self.put(_key(row), row)

    def _wait_on(self, contact_id: str, change: Callable[[wire.FloorWaiting], None]) -> None:
        before = self._rows.get(("waiting", contact_id))
        if before is not None:
            shown = wire.FloorRow()
            shown.CopyFrom(before.shown)
            change(shown.waiting)
            self.put(("waiting", contact_id), replace(before, shown=shown))

    def _of_monitoring(self, record: Recorded[Any]) -> None:
        row = self._supervisions.fold(record)
        if row is not None:
            self._show_supervision(record.subject, row)
        elif isinstance(record.data, SupervisionEnded):
            gone = wire.FloorGone(supervision=record.subject)
            self.take(("supervision", record.subject), gone)
        else:
            self._show_alert(record)

    def _show_supervision(self, supervision_id: str, row: Row) -> None:
        """Whoever may see the call that was left, but not the new one, sees it go."""
        key = ("supervision", supervision_id)
        before = self._rows.get(key)
        if before is not None and before.client_ids != row.client_ids:
            self.take(key, wire.FloorGone(supervision=supervision_id))
        self.put(key, row)

    def _show_alert(self, record: Recorded[Any]) -> None:
        """One that is over is shown once more and then is on the floor no more."""
        for row, over in self._alerts.fold(record):
            self.put(("alert", record.subject), row)
            if over:
                del self._rows["alert", record.subject]


def _key(row: Row) -> Key:
    return ("operator", f"{row.tenant_id} {row.shown.operator.operator_id}")


def _raised(waiting: wire.FloorWaiting, priority: int) -> None:
    waiting.priority = priority


def _widened(waiting: wire.FloorWaiting, reached: RingReached) -> None:
    waiting.ring, waiting.overflow = reached.ring, reached.overflow


def _waiting(record: Recorded[Any], contact_id: str, queue_id: str, since: datetime) -> Row:
    client_id = record.client_id or ""
    row = wire.FloorWaiting(contact_id=contact_id, client_id=client_id, queue_id=queue_id)
    row.since.FromDatetime(since)
    return Row(record.tenant_id, frozenset((client_id,)), wire.FloorRow(waiting=row))
