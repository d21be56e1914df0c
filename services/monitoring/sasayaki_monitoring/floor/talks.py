"""The talks of the floor as rows: with whom, why, since when, and whether somebody is on hold."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sasayaki.callreason.v1.enquiry_events import EnquiryClosed, ReasonStated
from sasayaki.event import Recorded
from sasayaki.media.v1.call_events import (
    CallEnded,
    CustomerHeld,
    CustomerResumed,
    HoldEnded,
    HoldStarted,
    LegMuted,
    LegUnmuted,
    OperatorLegEnded,
    TalkBackEnded,
    TalkBackStarted,
    TalkStarted,
    TapPaused,
    TapResumed,
)
from sasayaki.monitoring.v1 import floor_pb2 as wire
from sasayaki_monitoring.floor.floor import Floor, Talk
from sasayaki_monitoring.floor.rows import Row

CUSTOMER_HELD = "customer held"
"""Stands for a leg where the customer was put on hold by us, and not by a phone."""
BEGINNINGS = (ReasonStated, TalkStarted, HoldStarted, CustomerHeld, TapPaused)
"""What makes a contact worth remembering; both topics say when it is over."""


@dataclass(slots=True)
class _About:
    """What is known of a contact beside who talks; `held`: since when, by leg.

    `muted` and `talk_back`: legs that nobody hears, or supervisors alone.
    """

    reason_id: str = ""
    since: datetime | None = None
    held: dict[str, datetime] = field(default_factory=dict)
    muted: set[str] = field(default_factory=set)
    talk_back: set[str] = field(default_factory=set)
    paused_since: datetime | None = None


class TalkRows:
    """Folds `media.call` and `callreason.enquiry`, which come in no common order."""

    def __init__(self) -> None:
        self.calls = Floor()
        self._about: dict[str, _About] = {}

    def fold(self, record: Recorded[Any]) -> Row | None:
        """Returns the row of the record's contact, or None when nobody talks with it."""
        contact_id, before = record.subject, self.calls.talks.get(record.subject)
        self.calls.fold(record)
        talk = self.calls.talks.get(contact_id)
        if isinstance(record.data, BEGINNINGS):
            self._about.setdefault(contact_id, _About())
        about = self._about.get(contact_id)
        if about is None:
            return None
        if talk is not before:
            about.since = record.time
        _note(about, record)
        if talk is None and isinstance(record.data, CallEnded | EnquiryClosed):
            del self._about[contact_id]
        return _row(talk, about) if talk is not None else None


def _note(about: _About, record: Recorded[Any]) -> None:
    match record.data:
        case ReasonStated(reason_id=reason_id):
            about.reason_id = reason_id
        case HoldStarted(leg_id=leg_id):
            about.held[leg_id] = record.time
        case HoldEnded(leg_id=leg_id):
            about.held.pop(leg_id, None)
        case OperatorLegEnded(leg_id=leg_id):
            about.held.pop(leg_id, None)
            about.muted.discard(leg_id)
            about.talk_back.discard(leg_id)
        case CustomerHeld():
            about.held[CUSTOMER_HELD] = record.time
        case CustomerResumed():
            about.held.pop(CUSTOMER_HELD, None)
        case LegMuted(leg_id=leg_id):
            about.muted.add(leg_id)
        case LegUnmuted(leg_id=leg_id):
            about.muted.discard(leg_id)
        case TalkBackStarted(leg_id=leg_id):
            about.talk_back.add(leg_id)
        case TalkBackEnded(leg_id=leg_id):
            about.talk_back.discard(leg_id)
        case TapPaused():
            about.paused_since = record.time
        case TapResumed():
            about.paused_since = None


def _row(talk: Talk, about: _About) -> Row:
    row = wire.FloorTalk(
        contact_id=talk.contact_id,
        client_id=talk.client_id,
        operator_id=talk.operator_id,
        reason_id=about.reason_id,
        muted=talk.leg_id in about.muted,
        talk_back=talk.leg_id in about.talk_back,
    )
    if about.since is not None:
        row.since.FromDatetime(about.since)
    if about.held:
        row.held_since.FromDatetime(min(about.held.values()))
    if about.paused_since is not None:
        row.recording_paused_since.FromDatetime(about.paused_since)
    return Row(talk.tenant_id, frozenset((talk.client_id,)), wire.FloorRow(talk=row))
