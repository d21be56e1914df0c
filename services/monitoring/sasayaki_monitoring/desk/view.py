"""What concerns each operator: who hears them, who asks, what was written, who comes to help.

There is no unseen listener: whoever is to hear an operator has a row here. The topics come in no
common order; a row needs no other topic's, but texts go with their call, which may end unread.
"""

from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

from sasayaki.event import Recorded
from sasayaki.media.v1 import call_events_pb2 as media_wire
from sasayaki.media.v1.call_events import CallEnded, OperatorLegEnded, SupervisionMode, TalkStarted
from sasayaki.monitoring.v1 import alert_events_pb2 as alert_wire
from sasayaki.monitoring.v1 import desk_pb2 as wire
from sasayaki.monitoring.v1 import supervision_events_pb2 as supervision_wire
from sasayaki.monitoring.v1.supervision_events import (
    ConsentAnswered,
    ConsentRequested,
    FollowingSet,
    OperatorAwaited,
    SupervisionEnded,
    SupervisionModeChanged,
    SupervisionStarted,
    TargetSwitched,
    TextWhispered,
)
from sasayaki_monitoring.alerts.rows import AlertRows
from sasayaki_monitoring.desk.watchers import Operator, Row, Watcher, Watchers, Words
from sasayaki_monitoring.floor.legs import Legs
from sasayaki_monitoring.remembered import Remembered

ENDED_MOST = 10_000
"""Ended calls remembered; a text that was written just before its call ended comes later."""

Key: TypeAlias = tuple[str, str]
"""Kind and id of a row."""


@dataclass(frozen=True, slots=True)
class _Listener:
    """A supervision: on whose desk it is shown, and the words' client company."""

    operator: Operator
    client_id: str
    shown: wire.DeskListener


@dataclass(frozen=True, slots=True)
class _Text:
    operator: Operator
    contact_id: str


class DeskView:
    """Folds three topics into each operator's rows, and tells their watchers every change."""

    topics: tuple[str, ...] = ("media.call", "monitoring.alert", "monitoring.supervision")

    def __init__(self, watchers: Watchers) -> None:
        self._watchers = watchers
        self._rows: dict[Operator, dict[Key, Row]] = {}
        self._alerts = AlertRows()
        self._asked: dict[str, Operator] = {}
        self._listeners: dict[str, _Listener] = {}
        self._shown_to: dict[str, frozenset[Operator]] = {}
        self._legs = Legs()
        self._texts: dict[str, _Text] = {}
        self._ended = Remembered[str, None]("calls of texts", ENDED_MOST)

    def watch(self, operator: Operator) -> AbstractContextManager[Watcher]:
        """The operator's desk from now on; raises Overloaded when too many watch."""
        return self._watchers.watching(operator, self._rows.get(operator, {}).values())

    def put(self, tenant_id: str, operator_id: str, row: wire.DeskRow) -> None:
        """A row of another part of the service, which takes it away again."""
        self._put((tenant_id, operator_id), Row(row))

    def take(self, tenant_id: str, operator_id: str, gone: wire.DeskGone) -> None:
        """Takes such a row away, if it is there."""
        self._take((tenant_id, operator_id), gone)

    def fold(self, record: Recorded[Any]) -> None:
        match record.data:
            case ConsentRequested() as requested:
                self._ask(record, requested)
            case ConsentAnswered():
                self._asked_no_more(record.subject)
            case SupervisionStarted() as started:
                self._begin(record, started)
            case TextWhispered() as text:
                self._write(record, text)
            case SupervisionEnded():
                self._asked_no_more(record.subject)
                if self._listeners.pop(record.subject, None) is not None:
                    self._shows(record.subject, frozenset())
            case CallEnded():
                self._call_ends(record.subject)
                self._others_talk(record)
            case TalkStarted(operator_id=operator_id):
                self._talks((record.tenant_id, operator_id), record.subject)
                self._others_talk(record)
            case OperatorLegEnded():
                self._others_talk(record)
            case _:
                self._follow(record)

    def _ask(self, record: Recorded[Any], requested: ConsentRequested) -> None:
        consent = wire.DeskConsent(
            supervision_id=record.subject,
            supervisor_id=requested.supervisor_id,
            contact_id=requested.contact_id,
            mode=_mode(requested.mode),
            purpose=supervision_wire.Purpose.Value(requested.purpose.value),
        )
        consent.answer_by.FromDatetime(requested.answer_by)
        sealed = requested.note_sealed
        words = Words(record.client_id or "", sealed) if sealed else None
        operator = (record.tenant_id, requested.operator_id)
        self._asked[record.subject] = operator
        self._put(operator, Row(wire.DeskRow(consent=consent), words))

    def _asked_no_more(self, supervision_id: str) -> None:
        operator = self._asked.pop(supervision_id, None)
        if operator is not None:
            self._take(operator, wire.DeskGone(consent=supervision_id))

    def _begin(self, record: Recorded[Any], started: SupervisionStarted) -> None:
        shown = wire.DeskListener(
            supervision_id=record.subject,
            supervisor_id=started.supervisor_id,
            contact_id=started.contact_id,
            mode=_mode(started.mode),
            purpose=supervision_wire.Purpose.Value(started.purpose.value),
            following=bool(started.following),
        )
        shown.since.FromDatetime(record.time)
        operator = (record.tenant_id, started.operator_id)
        self._listens(_Listener(operator, record.client_id or "", shown))

    def _follow(self, record: Recorded[Any]) -> None:
        """What changes a listener, or else an alert."""
        listener = self._listeners.get(record.subject)
        if listener is None:
            self._alert(record)
            return
        after = wire.DeskListener()
        after.CopyFrom(listener.shown)
        there = replace(listener, shown=after)
        match record.data:
            case SupervisionModeChanged(mode=mode):
                after.mode = _mode(mode)
            case FollowingSet(following=following):
                after.following = following
            case OperatorAwaited():
                after.contact_id, after.mode = "", _mode(SupervisionMode.LISTEN)
            case TargetSwitched() as switched:
                operator = (record.tenant_id, switched.operator_id)
                after.contact_id, after.mode = switched.contact_id, _mode(switched.mode)
                after.since.FromDatetime(record.time)
                there = _Listener(operator, record.client_id or "", after)
        self._listens(there)

    def _listens(self, listener: _Listener) -> None:
        supervision_id = listener.shown.supervision_id
        self._listeners[supervision_id] = listener
        heard = self._heard_by(listener)
        self._shows(supervision_id, heard)
        for operator in sorted(heard):
            self._put(operator, Row(wire.DeskRow(listener=listener.shown)))

    def _heard_by(self, listener: _Listener) -> frozenset[Operator]:
        """Whom the supervisor hears: who is supervised, and who talks in the same call."""
        tenant_id, _ = listener.operator
        legs = self._legs.of(listener.shown.contact_id)
        return frozenset((listener.operator, *((tenant_id, leg.operator_id) for leg in legs)))

    def _shows(self, supervision_id: str, heard: frozenset[Operator]) -> None:
        """Takes the listener off the desks of those who are heard no more."""
        for operator in sorted(self._shown_to.pop(supervision_id, frozenset()) - heard):
            self._take(operator, wire.DeskGone(listener=supervision_id))
        if heard:
            self._shown_to[supervision_id] = heard

    def _others_talk(self, record: Recorded[Any]) -> None:
        """Who joins a call, or leaves it, is told who hears them."""
        if self._legs.fold(record):
            for listener in list(self._listeners.values()):
                same = listener.shown.contact_id == record.subject
                if same and self._heard_by(listener) != self._shown_to.get(
                    listener.shown.supervision_id
                ):
                    self._listens(listener)

    def _write(self, record: Recorded[Any], written: TextWhispered) -> None:
        listener = self._listeners.get(record.subject)
        if listener is None or listener.shown.contact_id in self._ended:
            return
        text = wire.DeskText(
            text_id=written.text_id,
            supervision_id=record.subject,
            supervisor_id=listener.shown.supervisor_id,
        )
        text.at.FromDatetime(record.time)
        words = Words(listener.client_id, written.text_sealed)
        self._texts[written.text_id] = _Text(listener.operator, listener.shown.contact_id)
        self._put(listener.operator, Row(wire.DeskRow(text=text), words))

    def _call_ends(self, contact_id: str) -> None:
        self._ended[contact_id] = None
        self._forget([key for key, text in self._texts.items() if text.contact_id == contact_id])

    def _talks(self, operator: Operator, contact_id: str) -> None:
        """A call that somebody took over goes on: what was written in it is of that call."""
        self._forget(
            [
                key
                for key, text in self._texts.items()
                if text.operator == operator and text.contact_id != contact_id
            ]
        )

    def _forget(self, text_ids: list[str]) -> None:
        for text_id in text_ids:
            self._take(self._texts.pop(text_id).operator, wire.DeskGone(text=text_id))

    def _alert(self, record: Recorded[Any]) -> None:
        """The operator's own calls for help; one that is over is shown once more."""
        for row, over in self._alerts.fold(record):
            alert = row.shown.alert
            if alert.kind != alert_wire.ALERT_KIND_HELP:
                continue
            operator = (record.tenant_id, alert.operator_id)
            self._put(operator, Row(wire.DeskRow(alert=alert)))
            if over:
                self._drop(operator, ("alert", alert.alert_id))

    def _put(self, operator: Operator, row: Row) -> None:
        self._rows.setdefault(operator, {})[_key(row.shown)] = row
        self._watchers.show(operator, row)

    def _take(self, operator: Operator, gone: wire.DeskGone) -> None:
        kind = str(gone.WhichOneof("id"))
        if self._drop(operator, (kind, str(getattr(gone, kind)))):
            self._watchers.show(operator, Row(wire.DeskRow(gone=gone)))

    def _drop(self, operator: Operator, key: Key) -> bool:
        rows = self._rows.get(operator, {})
        if rows.pop(key, None) is None:
            return False
        if not rows:
            del self._rows[operator]
        return True


def _key(row: wire.DeskRow) -> Key:
    """The kind of a row and its id."""
    match str(row.WhichOneof("row")):
        case "listener":
            return "listener", row.listener.supervision_id
        case "consent":
            return "consent", row.consent.supervision_id
        case "text":
            return "text", row.text.text_id
        case "alert":
            return "alert", row.alert.alert_id
        case "feedback":
            return "feedback", row.feedback.feedback_id
        case kind:
            raise ValueError(f"{kind!r} is no row that stays")


def _mode(mode: SupervisionMode) -> media_wire.SupervisionMode.ValueType:
    return media_wire.SupervisionMode.Value(mode.value)
