"""Who hears whom, who asks for it and who waits for a next call, as the floor shows it."""

from typing import Any

from sasayaki.event import Recorded
from sasayaki.media.v1 import call_events_pb2 as media_wire
from sasayaki.media.v1.call_events import SupervisionMode
from sasayaki.monitoring.v1 import floor_pb2 as wire
from sasayaki.monitoring.v1 import supervision_events_pb2 as supervision_wire
from sasayaki.monitoring.v1.supervision_events import (
    ConsentRequested,
    FollowingSet,
    OperatorAwaited,
    SupervisionEnded,
    SupervisionModeChanged,
    SupervisionStarted,
    TargetSwitched,
)
from sasayaki_monitoring.floor.rows import Row

ASKING = wire.FLOOR_SUPERVISION_STATE_ASKING
ACTIVE = wire.FLOOR_SUPERVISION_STATE_ACTIVE
AWAITING = wire.FLOOR_SUPERVISION_STATE_AWAITING


class SupervisionRows:
    """The supervisions that are not over, by id, and the questions for one."""

    def __init__(self) -> None:
        self._shown: dict[str, Row] = {}

    def fold(self, record: Recorded[Any]) -> Row | None:
        """The supervision's row, if the record changes it; None for any other record."""
        match record.data:
            case ConsentRequested() as requested:
                return self._show(record, _begun(record, requested, ASKING))
            case SupervisionStarted() as started:
                row = _begun(record, started, ACTIVE)
                row.following = bool(started.following)
                return self._show(record, row)
            case SupervisionEnded():
                self._shown.pop(record.subject, None)
        before = self._shown.get(record.subject)
        if before is None:
            return None
        # What was shown before belongs to its watchers: the next one is another message.
        after = wire.FloorSupervision()
        after.CopyFrom(before.shown.supervision)
        return self._show(record, after, before) if _changed(record, after) else None

    def _show(
        self, record: Recorded[Any], row: wire.FloorSupervision, before: Row | None = None
    ) -> Row:
        """Another call's client company may be another, and then others see it."""
        stays = before is not None and not isinstance(record.data, TargetSwitched)
        clients = before.client_ids if before and stays else frozenset((record.client_id or "",))
        shown = Row(record.tenant_id, clients, wire.FloorRow(supervision=row))
        self._shown[record.subject] = shown
        return shown


def _begun(
    record: Recorded[Any],
    begun: ConsentRequested | SupervisionStarted,
    state: wire.FloorSupervisionState.ValueType,
) -> wire.FloorSupervision:
    row = wire.FloorSupervision(
        supervision_id=record.subject,
        contact_id=begun.contact_id,
        supervisor_id=begun.supervisor_id,
        operator_id=begun.operator_id,
        mode=_mode(begun.mode),
        purpose=supervision_wire.Purpose.Value(begun.purpose.value),
        state=state,
    )
    row.since.FromDatetime(record.time)
    return row


def _changed(record: Recorded[Any], row: wire.FloorSupervision) -> bool:
    """Writes into the row what an event changes; False for one that changes nothing of it."""
    match record.data:
        case SupervisionModeChanged(mode=mode):
            row.mode = _mode(mode)
        case TargetSwitched() as switched:
            row.contact_id, row.operator_id = switched.contact_id, switched.operator_id
            row.mode, row.state = _mode(switched.mode), ACTIVE
            row.since.FromDatetime(record.time)
        case FollowingSet(following=following):
            row.following = following
        case OperatorAwaited():
            row.contact_id, row.mode, row.state = "", _mode(SupervisionMode.LISTEN), AWAITING
            row.since.FromDatetime(record.time)
        case _:
            return False
    return True


def _mode(mode: SupervisionMode) -> media_wire.SupervisionMode.ValueType:
    return media_wire.SupervisionMode.Value(mode.value)
