"""What the alert rules know of the floor: calls, operators and queues, folded from three topics."""

from datetime import datetime, timedelta
from typing import Any, TypeVar

from prometheus_client import Counter

from sasayaki.callreason.v1.enquiry_events import EnquiryClosed, ReasonConfirmed, ReasonStated
from sasayaki.event import Recorded
from sasayaki.media.v1.call_events import (
    CallEnded,
    CustomerHeld,
    CustomerResumed,
    HoldEnded,
    HoldStarted,
    OperatorLegEnded,
    OverlapHeard,
    SilenceBegan,
    SilenceEnded,
)
from sasayaki.routing.v1.pool_events import OperatorState
from sasayaki_monitoring.alerts.watched import (
    CUSTOMER_HELD,
    OVERLAP_MS_LEAST,
    OVERLAPS_WITHIN,
    Call,
    Desk,
    Subject,
    TalkTimes,
    Watched,
    queue_key,
)
from sasayaki_monitoring.floor.legs import Leg, Legs
from sasayaki_monitoring.floor.operators import Operators
from sasayaki_monitoring.floor.queues import IN_TIME, Queues

HALVES_MOST = 10_000
"""Talks that wait for their reason, and reasons for their talk; the oldest is forgotten first."""
FORGOTTEN = Counter("sasayaki_monitoring_talk_halves_forgotten_total", "Over the limit.")
PASSING = (OperatorState.RINGING, OperatorState.WRAP_UP)

T = TypeVar("T")


class Watch:
    """Everything by subject; `changed` collects what the next look has to judge.

    The topics come in no common order: a talk's length and its reason meet in whichever comes last.
    """

    topics: tuple[str, ...] = ("callreason.enquiry", "media.call", "routing.pool")

    def __init__(self, in_time: timedelta = IN_TIME) -> None:
        self.changed: dict[Subject, None] = {}
        self._calls: dict[str, Call] = {}
        self._desks: dict[tuple[str, str], Desk] = {}
        self._legs = Legs()
        self._operators = Operators()
        self._queues = Queues(in_time)
        self._stated: dict[str, str] = {}
        self._talked_ms: dict[str, tuple[tuple[str, str], int]] = {}
        self._closed: dict[str, str] = {}
        self._times: dict[tuple[str, str, str], TalkTimes] = {}

    def fold(self, record: Recorded[Any]) -> None:
        match record.type.split(".")[1]:
            case "media":
                self._of_a_call(record)
            case "routing":
                self._of_the_pool(record)
            case _:
                self._of_an_enquiry(record)

    def of(self, subject: Subject) -> Watched | None:
        """What the subject is by now; None when it is gone."""
        sort, tenant_id, name = subject
        match sort:
            case "call":
                return self._calls.get(name)
            case "desk":
                return self._desks.get((tenant_id, name))
            case _:
                client_id, queue_id = name.split(" ")
                return self._queues.queues.get((tenant_id, client_id, queue_id))

    def talk_times(self, tenant_id: str, client_id: str, reason_id: str) -> TalkTimes:
        return self._times.setdefault((tenant_id, client_id, reason_id), TalkTimes())

    def _of_a_call(self, record: Recorded[Any]) -> None:
        contact_id, at = record.subject, record.time
        if self._legs.fold(record):
            self._talk_changes(record)
        call = self._calls.get(contact_id)
        if call is None:
            return
        match record.data:
            case HoldStarted(leg_id=leg_id):
                call.holds.setdefault(leg_id, at)
            case CustomerHeld():
                call.holds.setdefault(CUSTOMER_HELD, at)
            case HoldEnded(leg_id=leg_id):
                _back(call, leg_id, at)
            case CustomerResumed():
                _back(call, CUSTOMER_HELD, at)
            case SilenceBegan(since=since):
                call.silent_since = since
            case SilenceEnded():
                call.silent_since = None
            case OverlapHeard(overlap_ms=overlap_ms) if overlap_ms >= OVERLAP_MS_LEAST:
                call.overlaps.append(at)
                while call.overlaps[0] <= at - OVERLAPS_WITHIN:
                    call.overlaps.popleft()
            case OperatorLegEnded(leg_id=leg_id):
                call.holds.pop(leg_id, None)
        self.changed[call.key] = None

    def _talk_changes(self, record: Recorded[Any]) -> None:
        """Operators come and go; the talk lasts from the first one's coming to the last's going."""
        contact_id = record.subject
        call, first = self._calls.get(contact_id), next(iter(self._legs.of(contact_id)), None)
        if first is None:
            if call is not None:
                self._talk_ends(record)
                self.changed[call.key] = None
                if isinstance(record.data, CallEnded):
                    self.changed.pop(call.key, None)  # its alerts end with the call
        elif call is None:
            self._talk_begins(record, first)
        elif call.leg_id != first.leg_id:
            call.leg_id, call.operator_id = first.leg_id, first.operator_id

    def _talk_begins(self, record: Recorded[Any], first: Leg) -> None:
        contact_id, client_id = record.subject, record.client_id or ""
        call = Call(
            tenant_id=record.tenant_id,
            client_id=client_id,
            contact_id=contact_id,
            operator_id=first.operator_id,
            leg_id=first.leg_id,
            since=record.time,
        )
        if reason_id := self._stated.get(contact_id):
            call.talk_times = self.talk_times(record.tenant_id, client_id, reason_id)
        self._calls[contact_id] = call

    def _talk_ends(self, record: Recorded[Any]) -> None:
        call = self._calls.pop(record.subject)
        talked_ms = (record.time - call.since) // timedelta(milliseconds=1)
        whose = (call.tenant_id, call.client_id)
        if reason_id := self._closed.pop(record.subject, ""):
            self.talk_times(*whose, reason_id).add(talked_ms)
        else:
            _remember(self._talked_ms, record.subject, (whose, talked_ms))

    def _of_an_enquiry(self, record: Recorded[Any]) -> None:
        contact_id = record.subject
        match record.data:
            case ReasonStated(reason_id=reason_id) | ReasonConfirmed(reason_id=reason_id):
                _remember(self._stated, contact_id, reason_id)
                if call := self._calls.get(contact_id):
                    whose = (call.tenant_id, call.client_id)
                    call.talk_times = self.talk_times(*whose, reason_id)
                    self.changed[call.key] = None
            case EnquiryClosed(reason_id=reason_id):
                self._stated.pop(contact_id, None)
                whose, talked_ms = self._talked_ms.pop(contact_id, (("", ""), 0))
                if reason_id and talked_ms:
                    self.talk_times(*whose, reason_id).add(talked_ms)
                elif reason_id:
                    _remember(self._closed, contact_id, reason_id)

    def _of_the_pool(self, record: Recorded[Any]) -> None:
        contact_id = getattr(record.data, "contact_id", "")
        client_id = self._queues.client_of(record.tenant_id, contact_id)
        for queue in self._queues.fold(record):
            self.changed[queue_key(queue)] = None
        for operator in self._operators.moved(record):
            key = (record.tenant_id, operator.operator_id)
            if operator.state in PASSING and operator.since is not None:
                served = min(operator.client_ids, default="")
                self._desks[key] = Desk(
                    tenant_id=record.tenant_id,
                    client_id=client_id or served,
                    operator_id=operator.operator_id,
                    state=operator.state,
                    since=operator.since,
                )
            else:
                self._desks.pop(key, None)
            self.changed["desk", *key] = None


def _back(call: Call, hold: str, at: datetime) -> None:
    """A hold is over; while another of the operator's own lasts, the customer's wait goes on."""
    since = call.held_since
    call.holds.pop(hold, None)
    call.heard_again = at
    if since is None:
        return
    if call.held_since is None:
        call.held += at - since
    else:
        call.holds |= {own: since for own in (call.leg_id, CUSTOMER_HELD) if own in call.holds}


def _remember(memory: dict[str, T], contact_id: str, what: T) -> None:
    memory[contact_id] = what
    if len(memory) > HALVES_MOST:
        del memory[next(iter(memory))]
        FORGOTTEN.inc()
