"""The floor as the streams have told it so far; pure."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sasayaki.media.v1 import media_service_pb2 as media
from sasayaki.monitoring.v1 import floor_pb2 as pb

OPEN = (pb.FLOOR_ALERT_STATE_OPEN, pb.FLOOR_ALERT_STATE_CLAIMED)
LEVELS_FRESH = timedelta(seconds=3)
FLOOR, LEVELS = "monitoring", "media"


@dataclass(frozen=True, slots=True)
class Away:
    """A service that does not answer: since when, and what it or the line to it says."""

    since: datetime
    why: str


@dataclass(slots=True)
class Board:
    """Rows by id; what is gone is not there."""

    talks: dict[str, pb.FloorTalk] = field(default_factory=dict)
    supervisions: dict[str, pb.FloorSupervision] = field(default_factory=dict)
    follow_ups: dict[str, pb.FloorFollowUp] = field(default_factory=dict)
    operators: dict[str, pb.FloorOperator] = field(default_factory=dict)
    waiting: dict[str, pb.FloorWaiting] = field(default_factory=dict)
    alerts: dict[str, pb.FloorAlert] = field(default_factory=dict)
    queues: dict[tuple[str, str], pb.FloorQueue] = field(default_factory=dict)
    levels: dict[str, media.CallLevels] = field(default_factory=dict)
    levels_at: datetime | None = None
    away: dict[str, Away] = field(default_factory=dict)
    """By service: absent once it answers."""

    def begin(self, rows: Iterable[pb.FloorRow]) -> None:
        """The present floor whole: what was known before is void."""
        for each in (
            self.talks,
            self.supervisions,
            self.follow_ups,
            self.operators,
            self.waiting,
            self.alerts,
            self.queues,
        ):
            each.clear()
        self.change(rows)

    def change(self, rows: Iterable[pb.FloorRow]) -> None:
        for row in rows:
            match row.WhichOneof("row"):
                case "talk":
                    self.talks[row.talk.contact_id] = row.talk
                case "supervision":
                    self.supervisions[row.supervision.supervision_id] = row.supervision
                case "follow_up":
                    self.follow_ups[row.follow_up.feedback_id] = row.follow_up
                case "operator":
                    self.operators[row.operator.operator_id] = row.operator
                case "waiting":
                    self.waiting[row.waiting.contact_id] = row.waiting
                case "queue":
                    self.queues[row.queue.client_id, row.queue.queue_id] = row.queue
                case "alert":
                    self._alert(row.alert)
                case "gone":
                    self._gone(row.gone)

    def hear(self, told: media.WatchLevelsResponse, now: datetime) -> None:
        """One second's levels of all talks replace those of the last."""
        self.levels = {call.contact_id: call for call in told.calls}
        self.levels_at = now

    def levels_of(self, contact_id: str, now: datetime) -> media.CallLevels | None:
        """None when nothing was heard of late."""
        fresh = self.levels_at is not None and now - self.levels_at <= LEVELS_FRESH
        return self.levels.get(contact_id) if fresh else None

    def unclaimed(self) -> frozenset[str]:
        """The alerts that nobody takes care of."""
        return frozenset(
            each.alert_id
            for each in self.alerts.values()
            if each.state == pb.FLOOR_ALERT_STATE_OPEN
        )

    def _alert(self, alert: pb.FloorAlert) -> None:
        if alert.state in OPEN:
            self.alerts[alert.alert_id] = alert
        else:
            self.alerts.pop(alert.alert_id, None)

    def _gone(self, gone: pb.FloorGone) -> None:
        self.talks.pop(gone.talk, None)
        self.supervisions.pop(gone.supervision, None)
        self.follow_ups.pop(gone.follow_up, None)
        self.waiting.pop(gone.waiting, None)
