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
from sasayaki_monitoring.remembered import Remembered

RAISED = Counter("sasayaki_monitoring_alerts_raised_total", "Alerts.", ("kind", "level"))
ESCALATED = Counter("sasayaki_monitoring_alerts_escalated_total", "Alerts.", ("level",))
OVER = Counter("sasayaki_monitoring_alerts_over_total", "Alerts that ended.", ("kind", "how"))
CLAIM = Histogram(
    "sasayaki_monitoring_alert_claim_seconds",
    "From an alert to its claim.",
    ("kind",),
    buckets=(1, 2, 5, 10, 20, 30, 60, 120, 300),
)
SUPPRESSED = Counter(
    "sasayaki_monitoring_alerts_suppressed_total", "Over a rule's hourly limit.", ("kind",)
)
OPEN = Gauge("sasayaki_monitoring_alerts", "Alerts that are not over.")
WATCHING = Gauge("sasayaki_monitoring_watchers", "Those who watch the floor.")

KINDS_MOST = 10_000
"""Alerts whose kind is remembered: what is told of an older one counts as of a forgotten kind."""


class AlertFigures:
    """Counts what is decided from `since` on: a replayed history is no news."""

    topics: tuple[str, ...] = ("monitoring.alert",)

    def __init__(self, since: datetime) -> None:
        self._since = since
        self._kinds = Remembered[str, str]("kinds of alerts", KINDS_MOST)

    def fold(self, record: Recorded[Any]) -> None:
        if isinstance(record.data, AlertRaised):
            self._kinds[record.subject] = record.data.kind.name.lower()
        if record.recorded_time < self._since:
            return
        kind = self._kinds.get(record.subject, "forgotten")
        match record.data:
            case AlertRaised(level=level):
                RAISED.labels(kind, level.name.lower()).inc()
            case AlertEscalated(level=level):
                ESCALATED.labels(level.name.lower()).inc()
            case AlertClaimed(waited_ms=waited_ms):
                CLAIM.labels(kind).observe(waited_ms / 1000)
            case AlertCancelled():
                OVER.labels(kind, "cancelled").inc()
            case AlertResolved(outcome=outcome):
                OVER.labels(kind, outcome.name.lower()).inc()
            case AlertEnded(reason=reason):
                OVER.labels(kind, reason.name.lower()).inc()


def show(open_alerts: OpenAlerts, watchers: Watchers) -> None:
    """Has the gauges read alerts and watchers whenever they are asked for."""
    OPEN.set_function(open_alerts.count)
    WATCHING.set_function(lambda: len(watchers))
