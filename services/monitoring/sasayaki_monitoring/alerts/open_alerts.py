"""Which operators have raised an alert that is not over, so that nobody has two.

Each alert is a stream of its own, so no decider sees two of them. The owner's states are the truth;
what is kept here only says which of them to look at.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TypeAlias

from sasayaki.monitoring.v1.alert_events import AlertEvent
from sasayaki_chassis.owner import Owners
from sasayaki_monitoring.alerts.alert import Claimed, Command, Open, State

Alerts: TypeAlias = Owners[State, Command, AlertEvent]


class OpenAlerts:
    """The alerts that may be open, by tenant and operator: at most as many as there are."""

    def __init__(self, alerts: Alerts) -> None:
        self._alerts = alerts
        self._latest: dict[tuple[str, str], str] = {}
        self._raising: set[str] = set()
        self._read = False

    @contextmanager
    def raising(self, alert_id: str, tenant_id: str, operator_id: str) -> Iterator[None]:
        """The alert counts as open while it is decided: a second press meets it."""
        self._latest[tenant_id, operator_id] = alert_id
        self._raising.add(alert_id)
        try:
            yield
        finally:
            self._raising.discard(alert_id)

    def of(self, tenant_id: str, operator_id: str, contact_id: str) -> str | None:
        """The alert that the operator has raised in this call and that is not over."""
        self._read_once()
        alert_id = self._latest.get((tenant_id, operator_id))
        if alert_id is None or alert_id in self._raising:
            return alert_id
        match self._alerts.state(alert_id):
            case Open(about=about) | Claimed(about=about) if about.contact_id == contact_id:
                return alert_id
            case _:
                return None

    def count(self) -> int:
        """How many alerts are not over."""
        self._read_once()
        states = (self._alerts.state(alert_id) for alert_id in self._latest.values())
        return sum(isinstance(state, Open | Claimed) for state in states)

    def _read_once(self) -> None:
        """Takes in what was open before this process began."""
        if self._read or not self._alerts.serving():
            return
        self._read = True
        for alert_id, state in self._alerts.streams():
            meta = self._alerts.meta(alert_id)
            if isinstance(state, Open | Claimed) and meta is not None:
                self._latest.setdefault((meta.tenant_id, state.about.operator_id), alert_id)
