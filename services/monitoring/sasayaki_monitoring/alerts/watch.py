"""What the alert rules know of the floor: calls, operators and queues, folded from three topics."""

from datetime import datetime, timedelta
from typing import Any, TypeVar

from prometheus_client import Counter

from sasayaki.callreason.v1.enquiry_events import EnquiryClosed, ReasonConfirmed, ReasonStated
from sasayaki.event import Recorded
from sasayaki.media.v1.call_events import (
    CallEnded,
    HoldEnded,
    HoldStarted,
    OperatorLegEnded,
    OverlapHeard,
    SilenceBegan,
    SilenceEnded,
    TalkStarted,
)
from sasayaki.routing.v1.pool_events import OperatorState
from sasayaki_monitoring.alerts.watched import (
    OVERLAP_MS_LEAST,
    OVERLAPS_WITHIN,
    Call,
    Desk,
    Subject,
    TalkTimes,
    Watched,
    queue_key,
)
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
        self._beside: dict[str, dict[str, Recorded[TalkStarted]]] = {}
        """Colleagues who were asked in a call, by leg: at most two for each call."""
        self._desks: dict[tuple[str, str], Desk] = {}
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
        if isinstance(record.data, TalkStarted):
            if contact_id in self._calls:
                self._beside.setdefault(contact_id, {})[record.data.leg_id] = record
            elif record.data.operator_id:
                self._talk_begins(record, at)
        call = self._calls.get(contact_id)
        if call is None:
            return
        match record.data:
            case HoldStarted(leg_id=leg_id):
                call.holds.setdefault(leg_id, at)
            case HoldEnded(leg_id=leg_id):
                began = call.holds.pop(leg_id, None)
                call.heard_again = at
                if began is not None and leg_id == call.leg_id:
                    call.held += at - began
            case SilenceBegan(since=since):
                call.silent_since = since
            case SilenceEnded():
                call.silent_since = None
            case OverlapHeard(overlap_ms=overlap_ms) if overlap_ms >= OVERLAP_MS_LEAST:
                call.overlaps.append(at)
                while call.overlaps[0] <= at - OVERLAPS_WITHIN:
                    call.overlaps.popleft()
            case OperatorLegEnded(leg_id=leg_id) if leg_id == call.leg_id:
                self._talk_ends(record)
                self._goes_on(contact_id, at)
            case OperatorLegEnded(leg_id=leg_id):
                self._beside.get(contact_id, {}).pop(leg_id, None)
            case CallEnded():
                self._talk_ends(record)
                self._beside.pop(contact_id, None)
                self.changed.pop(call.key, None)  # its alerts end with the call
                return
        self.changed[call.key] = None

    def _goes_on(self, contact_id: str, at: datetime) -> None:
        """A colleague who was asked has the customer from here on."""
        beside = self._beside.pop(contact_id, {})
        if beside:
            self._talk_begins(beside.pop(next(iter(beside))), at)
            self._beside[contact_id] = beside

    def _talk_begins(self, record: Recorded[TalkStarted], at: datetime) -> None:
        talk, contact_id, client_id = record.data, record.subject, record.client_id or ""
        call = Call(
            tenant_id=record.tenant_id,
            client_id=client_id,
            contact_id=contact_id,
            operator_id=talk.operator_id,
            leg_id=talk.leg_id,
            since=at,
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


def _remember(memory: dict[str, T], contact_id: str, what: T) -> None:
    memory[contact_id] = what
    if len(memory) > HALVES_MOST:
        del memory[next(iter(memory))]
        FORGOTTEN.inc()
