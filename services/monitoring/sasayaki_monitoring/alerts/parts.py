"""Wires the alerts and the floor together."""

import asyncio
from datetime import datetime

from sasayaki_chassis.service import Built
from sasayaki_monitoring.alerts import metrics as alert_metrics
from sasayaki_monitoring.alerts.alert import ALERT
from sasayaki_monitoring.alerts.api import Alerting
from sasayaki_monitoring.alerts.open_alerts import OpenAlerts
from sasayaki_monitoring.alerts.reactors import EndAlertWithCall
from sasayaki_monitoring.alerts.rounds import Rounds, Tools
from sasayaki_monitoring.alerts.watch import Watch
from sasayaki_monitoring.floor.reach import FollowReach
from sasayaki_monitoring.floor.view import FloorView
from sasayaki_monitoring.floor.watchers import Watchers
from sasayaki_monitoring.policy.policies import Policies
from sasayaki_monitoring.policy.policy import POLICY
from sasayaki_monitoring.settings import Settings

QUEUES_EVERY_S = 1.0


class AlertParts:
    """The parts of the service that alerts and the floor are made of."""

    deciders = (ALERT, POLICY)

    def __init__(self, settings: Settings, started_at: datetime) -> None:
        self._ladder = settings.ladder()
        self._watchers = Watchers()
        self.view = FloorView(self._watchers, settings.in_time())
        self._watch = Watch(settings.in_time())
        self._open: OpenAlerts | None = None
        self.reactors = (EndAlertWithCall(),)
        self.projections = (self.view, self._watch, alert_metrics.AlertFigures(started_at))
        self.background = (self._rounds, self._telling, self._reach)

    def alerting(self, built: Built) -> Alerting:
        open_alerts = self._open_alerts(built)
        alert_metrics.show(open_alerts, self._watchers)
        return Alerting(
            alerts=built.owners[ALERT.stream],
            open=open_alerts,
            view=self.view,
            watchers=self._watchers,
            policies=self._policies(built),
            require_current=lambda: built.require_current(self.view),
        )

    async def _rounds(self, built: Built) -> None:
        """Judges the rules as long as the service runs."""

        def require_current() -> None:
            built.require_current(self._watch)
            built.require_current(self.view)

        tools = Tools(
            alerts=built.owners[ALERT.stream],
            open=self._open_alerts(built),
            policies=self._policies(built),
            view=self.view,
            watchers=self._watchers,
            clock=built.clock,
            require_current=require_current,
        )
        await Rounds(self._watch, tools).run()

    async def _telling(self, built: Built) -> None:
        """Shows the queues' rows as they change and as time passes."""
        while True:
            await asyncio.sleep(QUEUES_EVERY_S)
            self.view.tell_queues(built.clock.now())

    async def _reach(self, built: Built) -> None:
        """Shows by what operators can be reached."""
        await FollowReach(built.peers, self.view).run()

    def _open_alerts(self, built: Built) -> OpenAlerts:
        """One for all who raise alerts: they must see each other's at once."""
        if self._open is None:
            self._open = OpenAlerts(built.owners[ALERT.stream])
        return self._open

    def _policies(self, built: Built) -> Policies:
        return Policies(built.owners[POLICY.stream], self._ladder)
