"""Wires the alerts and the floor together."""

from datetime import datetime

from sasayaki_chassis.service import Built
from sasayaki_monitoring.alerts import metrics as alert_metrics
from sasayaki_monitoring.alerts.alert import ALERT
from sasayaki_monitoring.alerts.api import Alerting
from sasayaki_monitoring.alerts.open_alerts import OpenAlerts
from sasayaki_monitoring.alerts.reactors import EndAlertWithCall
from sasayaki_monitoring.floor.view import FloorView
from sasayaki_monitoring.floor.watchers import Watchers
from sasayaki_monitoring.policy.policies import Policies
from sasayaki_monitoring.policy.policy import POLICY
from sasayaki_monitoring.settings import Settings


class AlertParts:
    """The parts of the service that alerts and the floor are made of."""

    deciders = (ALERT, POLICY)

    def __init__(self, settings: Settings, started_at: datetime) -> None:
        self._ladder = settings.ladder()
        self._watchers = Watchers()
        self.view = FloorView(self._watchers)
        self.reactors = (EndAlertWithCall(),)
        self.projections = (self.view, alert_metrics.AlertFigures(started_at))

    def alerting(self, built: Built) -> Alerting:
        alerts = built.owners[ALERT.stream]
        open_alerts = OpenAlerts(alerts)
        alert_metrics.show(open_alerts, self._watchers)
        return Alerting(
            alerts=alerts,
            open=open_alerts,
            view=self.view,
            watchers=self._watchers,
            policies=Policies(built.owners[POLICY.stream], self._ladder),
            require_current=lambda: built.require_current(self.view),
        )
