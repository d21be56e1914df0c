"""What others say about contacts: who talked, why, by which rule, whether it is over.

A view of `media.call`, `callreason.enquiry` and `monitoring.alert`. The topics are read side by
side, so nothing is taken for granted about which record comes first.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sasayaki.callreason.v1.enquiry_events import (
    EnquiryClosed,
    ReasonConfirmed,
    ReasonStated,
    VoicemailLeft,
)
from sasayaki.event import Recorded
from sasayaki.media.v1.call_events import (
    AnswerOrdered,
    CallArrived,
    CallEnded,
    CallEndReason,
    CallPlaced,
    CustomerResumed,
    HoldOrdered,
    OperatorLegEnded,
    RecordingPolicy,
    SupervisionMode,
    SupervisorHeard,
    TalkBackEnded,
    TalkBackOrdered,
    TalkStarted,
    TapOpened,
)
from sasayaki.monitoring.v1.alert_events import AlertRaised
from sasayaki_recording.vault.pages import RATE_HZ, Stretch

_HEARD = frozenset((SupervisionMode.WHISPER, SupervisionMode.BARGE, SupervisionMode.TAKEOVER))
"""Modes in which somebody hears the supervisor."""


HOLD = "hold"
STRETCHES_MOST = 500
"""Of one contact in which the customer did not hear the operator; beyond, none is heard again."""
_LONGEST = timedelta(days=1)
"""Of a recording: its pages have numbers up to 86,399."""

ALERTS_MOST = 20
"""Of one contact, that are told with its recording."""


@dataclass(slots=True)
class Contact:
    """One contact, as far as it is told."""

    user_ids: dict[str, None] = field(default_factory=dict)
    caller_hash: str = ""
    reason_id: str = ""
    voicemail_queue_id: str = ""
    """For whom the customer left a voicemail; empty without one."""
    alerts_at: tuple[datetime, ...] = ()
    tapped: bool = False
    ended_at: datetime | None = None
    node_lost: bool = False
    unheard: tuple[tuple[datetime, datetime | None], ...] = ()
    """From when to when the customer may not have heard the operator; None: still."""
    unheard_by: dict[str, datetime] = field(default_factory=dict)
    """Since when, by what makes it so: a hold, or a leg that talks back."""

    @property
    def alerted(self) -> bool:
        return bool(self.alerts_at)

    def unheard_from(self, started_at: datetime) -> tuple[Stretch, ...]:
        """Where in a recording that started then the operator was not heard, in samples."""
        stretches = [*self.unheard, *((since, None) for since in self.unheard_by.values())]
        return tuple(
            (_sample(since - started_at), _sample(until - since if until else _LONGEST))
            for since, until in stretches
        )

    def hush(self, why: str, at: datetime) -> None:
        self.unheard_by.setdefault(why, at)

    def hear(self, why: str, at: datetime) -> None:
        since = self.unheard_by.pop(why, None)
        if since is None:
            return
        if len(self.unheard) < STRETCHES_MOST:
            self.unheard = (*self.unheard, (since, at))
        else:
            self.unheard_by[why] = since  # more than anybody counts: silent from there on


class Contacts:
    """Contacts by id, and those that their company's rule keeps only if there was an alert."""

    topics: tuple[str, ...] = ("media.call", "callreason.enquiry", "monitoring.alert")

    def __init__(self) -> None:
        self._contacts: dict[str, Contact] = {}
        self._unsettled: dict[str, None] = {}

    def fold(self, record: Recorded[Any]) -> None:
        match record.data:
            case AlertRaised(contact_id=contact_id, raised_at=raised_at):
                if contact_id:
                    contact = self._contact(contact_id)
                    contact.alerts_at = (*contact.alerts_at, raised_at)[:ALERTS_MOST]
            case CallArrived(caller_hash=caller_hash):
                self._contact(record.subject).caller_hash = caller_hash
            case CallPlaced(caller_hash=caller_hash, record=rule):
                self._contact(record.subject).caller_hash = caller_hash
                self._note_rule(record.subject, rule)
            case AnswerOrdered(record=rule):
                self._note_rule(record.subject, rule)
            case TapOpened():
                self._contact(record.subject).tapped = True
            case TalkStarted(operator_id=user_id):
                self._note_voice(record.subject, user_id)
            case SupervisorHeard(supervisor_id=user_id, mode=mode):
                if mode in _HEARD:
                    self._note_voice(record.subject, user_id)
            # From the order on, and until the node says that it is over: at no instant too little.
            case HoldOrdered(held=True):
                self._contact(record.subject).hush(HOLD, record.time)
            case TalkBackOrdered(leg_id=leg_id, on=True):
                self._contact(record.subject).hush(leg_id, record.time)
            case CustomerResumed():
                self._contact(record.subject).hear(HOLD, record.time)
            case TalkBackEnded(leg_id=leg_id) | OperatorLegEnded(leg_id=leg_id):
                self._contact(record.subject).hear(leg_id, record.time)
            case CallEnded(reason=reason):
                self._note_end(record.subject, record.time, reason)
            case ReasonStated(reason_id=reason_id) | ReasonConfirmed(reason_id=reason_id):
                self._contact(record.subject).reason_id = reason_id
            case VoicemailLeft(queue_id=queue_id):
                self._contact(record.subject).voicemail_queue_id = queue_id
            case EnquiryClosed(reason_id=reason_id):
                if reason_id:
                    self._contact(record.subject).reason_id = reason_id

    def of(self, contact_id: str) -> Contact:
        return self._contacts.get(contact_id, _UNKNOWN)

    def unsettled(self) -> list[str]:
        """Contacts by the rule ON_ALERT that may have a recording about which is to be decided."""
        return list(self._unsettled)

    def keeps_only_alerted(self, contact_id: str) -> bool:
        """Whether it is one of them."""
        return contact_id in self._unsettled

    def settled(self, contact_id: str) -> None:
        """It is decided."""
        self._unsettled.pop(contact_id, None)

    def _contact(self, contact_id: str) -> Contact:
        return self._contacts.setdefault(contact_id, Contact())

    def _note_rule(self, contact_id: str, rule: RecordingPolicy) -> None:
        if rule is RecordingPolicy.ON_ALERT:
            self._unsettled[contact_id] = None

    def _note_voice(self, contact_id: str, user_id: str) -> None:
        if user_id:  # a number outside has none
            self._contact(contact_id).user_ids[user_id] = None

    def _note_end(self, contact_id: str, at: datetime, reason: CallEndReason) -> None:
        contact = self._contact(contact_id)
        contact.ended_at, contact.node_lost = at, reason is CallEndReason.NODE_LOST
        if not contact.tapped:  # nothing was ever written
            self.settled(contact_id)


_UNKNOWN = Contact()


def _sample(length: timedelta) -> int:
    return length * RATE_HZ // timedelta(seconds=1)
