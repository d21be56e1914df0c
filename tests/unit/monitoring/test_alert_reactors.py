"""An alert ends with its call, in whatever order the two topics tell it."""

import pytest
from tests.harness.records import recorded
from tests.harness.specification import NOON

from sasayaki.event import Event
from sasayaki.media.v1.call_events import CallEnded, CallEndReason
from sasayaki.monitoring.v1 import alert_events_pb2 as wire
from sasayaki.monitoring.v1 import monitoring_service_pb2 as pb
from sasayaki.monitoring.v1.alert_events import (
    AlertCancelled,
    AlertEnded,
    AlertEndReason,
    AlertKind,
    AlertLevel,
    AlertOutcome,
    AlertRaised,
    AlertResolved,
)
from sasayaki_monitoring.alerts.reactors import EndAlertWithCall

RAISED = AlertRaised(
    kind=AlertKind.HELP,
    contact_id="con_1",
    operator_id="usr_mori",
    level=AlertLevel.ALL,
    all_at=NOON,
    managers_at=NOON,
    raised_at=NOON,
)
CALL_ENDED = CallEnded(reason=CallEndReason.CUSTOMER_HUNG_UP, node_id="n", happening_seq=9)
END = pb.EndAlertRequest(alert_id="alt_1", reason=wire.ALERT_END_REASON_CALL_ENDED)


def asked(*told: tuple[str, Event]) -> list[object]:
    reactor = EndAlertWithCall()
    return [
        request for subject, event in told for request in reactor.react(recorded(subject, event))
    ]


def test_an_alert_ends_with_its_call_in_either_order() -> None:
    assert asked(("alt_1", RAISED), ("con_1", CALL_ENDED)) == [END]
    assert asked(("con_1", CALL_ENDED), ("alt_1", RAISED)) == [END]


def test_another_calls_end_changes_nothing() -> None:
    assert asked(("alt_1", RAISED), ("con_2", CALL_ENDED)) == []


@pytest.mark.parametrize(
    "over",
    [
        AlertCancelled(),
        AlertResolved(outcome=AlertOutcome.SOLVED),
        AlertEnded(reason=AlertEndReason.CALL_ENDED),
    ],
)
def test_an_alert_that_is_over_is_not_ended_again(over: Event) -> None:
    assert asked(("alt_1", RAISED), ("alt_1", over), ("con_1", CALL_ENDED)) == []
