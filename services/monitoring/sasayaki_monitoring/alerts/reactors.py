"""What monitoring asks of itself when a call with an alert ends."""

from collections.abc import Iterable
from typing import Any

from google.protobuf.message import Message

from sasayaki.event import Recorded
from sasayaki.media.v1.call_events import CallEnded
from sasayaki.monitoring.v1 import alert_events_pb2 as wire
from sasayaki.monitoring.v1 import monitoring_service_pb2 as monitoring
from sasayaki.monitoring.v1.alert_events import (
    AlertCancelled,
    AlertEnded,
    AlertRaised,
    AlertResolved,
)
from sasayaki_chassis.reactor import Reactor
from sasayaki_monitoring.remembered import Remembered

ENDED_MOST = 10_000
"""Ended calls remembered; an alert that was raised just before its call ended comes later."""


class EndAlertWithCall(Reactor):
    """An alert does not outlive its call, and never goes without an event that says so.

    The two topics come in no common order: an alert of a call that has ended already ends at once.
    """

    name = "end-alert-with-call"
    topics: tuple[str, ...] = ("media.call", "monitoring.alert")

    def __init__(self) -> None:
        self._contacts: dict[str, str] = {}
        self._ended = Remembered[str, None]("calls of alerts", ENDED_MOST)

    def react(self, record: Recorded[Any]) -> Iterable[Message]:
        match record.data:
            case AlertRaised(contact_id=contact_id):
                self._contacts[record.subject] = contact_id
                if contact_id in self._ended:
                    yield _end(record.subject)
            case AlertCancelled() | AlertResolved() | AlertEnded():
                self._contacts.pop(record.subject, None)
            case CallEnded():
                self._ended[record.subject] = None
                for alert_id, contact_id in self._contacts.items():
                    if contact_id == record.subject:
                        yield _end(alert_id)


def _end(alert_id: str) -> monitoring.EndAlertRequest:
    return monitoring.EndAlertRequest(alert_id=alert_id, reason=wire.ALERT_END_REASON_CALL_ENDED)
