"""What monitoring counts: supervisions as they happen, and how many there are now."""

from datetime import datetime
from typing import Any

from prometheus_client import Counter, Gauge

from sasayaki.event import Recorded
from sasayaki.monitoring.v1.supervision_events import (
    SupervisionEnded,
    SupervisionModeChanged,
    SupervisionStarted,
)
from sasayaki_monitoring.floor.floor import Floor
from sasayaki_monitoring.supervision.occupied import Occupied

STARTED = Counter(
    "sasayaki_monitoring_supervisions_started_total", "Supervisions.", ("purpose", "mode")
)
CHANGED = Counter("sasayaki_monitoring_mode_changes_total", "Changes of mode.", ("mode",))
ENDED = Counter("sasayaki_monitoring_supervisions_ended_total", "Supervisions.", ("reason",))
ACTIVE = Gauge("sasayaki_monitoring_supervisions", "Supervisions under way.")
TALKS = Gauge("sasayaki_monitoring_talks", "Customers who talk with an operator.")


class Figures:
    """Counts what is decided from `since` on: a replayed history is no news."""

    topics: tuple[str, ...] = ("monitoring.supervision",)

    def __init__(self, since: datetime) -> None:
        self._since = since

    def fold(self, record: Recorded[Any]) -> None:
        if record.recorded_time < self._since:
            return
        match record.data:
            case SupervisionStarted(purpose=purpose, mode=mode):
                STARTED.labels(purpose.name.lower(), mode.name.lower()).inc()
            case SupervisionModeChanged(mode=mode):
                CHANGED.labels(mode.name.lower()).inc()
            case SupervisionEnded(reason=reason):
                ENDED.labels(reason.name.lower()).inc()


def show(floor: Floor, occupied: Occupied) -> None:
    """Has the gauges read floor and supervisions whenever they are asked for."""
    TALKS.set_function(lambda: len(floor.talks))
    ACTIVE.set_function(occupied.active)
