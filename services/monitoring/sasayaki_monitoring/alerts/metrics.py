"""What monitoring counts about alerts: as they happen, and how many there are now."""

from datetime import datetime
from typing import Any

from prometheus_client import Counter, Gauge, Histogram

from sasayaki.event import Recorded
from sasayaki.monitoring.v1.alert_events import (
    AlertCancelled,
    AlertClaimed,
    AlertEnded,
    AlertEscalated,
    AlertRaised,
    AlertResolved,
)
from sasayaki_monitoring.alerts.open_alerts import OpenAlerts
from sasayaki_monitoring.floor.watchers import Watchers

RAISED = Counter("sasayaki_monitoring_alerts_raised_total", "Alerts.", ("level",))
ESCALATED = Counter("sasayaki_monitoring_alerts_escalated_total", "Alerts.", ("level",))
OVER = Counter("sasayaki_monitoring_alerts_over_total", "Alerts that ended.", ("how",))
CLAIM = Histogram(
    "sasayaki_monitoring_alert_claim_seconds",
    "From an alert to its claim.",
    buckets=(1, 2, 5, 10, 20, 30, 60, 120, 300),
)
OPEN = Gauge("sasayaki_monitoring_alerts", "Alerts that are not over.")
WATCHING = Gauge("sasayaki_monitoring_watchers", "Those who watch the floor.")


class AlertFigures:
    """Counts what is decided from `since` on: a replayed history is no news."""

    topics: tuple[str, ...] = ("monitoring.alert",)

    def __init__(self, since: datetime) -> None:
        self._since = since

    def fold(self, record: Recorded[Any]) -> None:
        if record.recorded_time < self._since:
            return
        match record.data:
            case AlertRaised(level=level):
                RAISED.labels(level.name.lower()).inc()
            case AlertEscalated(level=level):
                ESCALATED.labels(level.name.lower()).inc()
            case AlertClaimed(waited_ms=waited_ms):
                CLAIM.observe(waited_ms / 1000)
            case AlertCancelled():
                OVER.labels("cancelled").inc()
            case AlertResolved(outcome=outcome):
                OVER.labels(outcome.name.lower()).inc()
            case AlertEnded(reason=reason):
                OVER.labels(reason.name.lower()).inc()


def show(open_alerts: OpenAlerts, watchers: Watchers) -> None:
    """Has the gauges read alerts and watchers whenever they are asked for."""
    OPEN.set_function(open_alerts.count)
    WATCHING.set_function(lambda: len(watchers))
