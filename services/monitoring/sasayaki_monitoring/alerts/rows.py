"""Alerts as the floor shows them."""

from collections.abc import Iterator
from typing import Any

from sasayaki.event import Recorded
from sasayaki.monitoring.v1 import alert_events_pb2 as alert_wire
from sasayaki.monitoring.v1 import floor_pb2 as wire
from sasayaki.monitoring.v1.alert_events import (
    AlertCancelled,
    AlertClaimed,
    AlertEnded,
    AlertEscalated,
    AlertLevel,
    AlertRaised,
    AlertReasonGiven,
    AlertResolved,
)
from sasayaki_monitoring.floor.rows import Audience, Row

OPEN = (wire.FLOOR_ALERT_STATE_OPEN, wire.FLOOR_ALERT_STATE_CLAIMED)


class AlertRows:
    """The alerts that are not over, by id: at most one of a kind and subject."""

    def __init__(self) -> None:
        self._shown: dict[str, wire.FloorAlert] = {}
        self._tenants: dict[str, str] = {}

    def fold(self, record: Recorded[Any]) -> Iterator[tuple[Row, bool]]:
        """Yields the alert's row and whether it is over; what follows then shows nothing."""
        alert_id = record.subject
        if isinstance(record.data, AlertRaised):
            self._shown[alert_id] = _raised(record)
            self._tenants[alert_id] = record.tenant_id
        alert = self._shown.get(alert_id)
        if alert is None:
            return
        # What was shown before belongs to its watchers: the next one is another message.
        after = wire.FloorAlert()
        after.CopyFrom(alert)
        _follow(after, record.data)
        self._shown[alert_id] = after
        row = _row(self._tenants[alert_id], after)
        over = after.state not in OPEN
        if over:
            del self._shown[alert_id], self._tenants[alert_id]
        yield row, over


def _raised(record: Recorded[AlertRaised]) -> wire.FloorAlert:
    raised = record.data
    alert = wire.FloorAlert(
        alert_id=record.subject,
        kind=alert_wire.AlertKind.Value(raised.kind.value),
        contact_id=raised.contact_id,
        client_id=record.client_id or "",
        operator_id=raised.operator_id,
        team_id=raised.team_id or "",
        level=alert_wire.AlertLevel.Value(raised.level.value),
        state=wire.FLOOR_ALERT_STATE_OPEN,
        queue_id=raised.queue_id or "",
        measured=raised.measured or 0,
        threshold=raised.threshold or 0,
    )
    alert.since.FromDatetime(raised.raised_at)
    return alert


def _follow(alert: wire.FloorAlert, event: Any) -> None:
    """Writes into the row what an event changes."""
    match event:
        case AlertEscalated(level=level):
            alert.level = alert_wire.AlertLevel.Value(level.value)
        case AlertClaimed(supervisor_id=supervisor_id, waited_ms=waited_ms):
            alert.state = wire.FLOOR_ALERT_STATE_CLAIMED
            alert.supervisor_id = supervisor_id
            alert.waited_ms = waited_ms
        case AlertReasonGiven(reason=reason):
            alert.reason = alert_wire.AlertReason.Value(reason.value)
        case AlertCancelled():
            alert.state = wire.FLOOR_ALERT_STATE_CANCELLED
        case AlertResolved():
            alert.state = wire.FLOOR_ALERT_STATE_RESOLVED
        case AlertEnded():
            alert.state = wire.FLOOR_ALERT_STATE_ENDED


def _row(tenant_id: str, alert: wire.FloorAlert) -> Row:
    level = AlertLevel(alert_wire.AlertLevel.Name(alert.level))
    return Row(
        tenant_id,
        frozenset((alert.client_id,)),
        wire.FloorRow(alert=alert),
        Audience(level, alert.team_id, alert.supervisor_id),
    )
