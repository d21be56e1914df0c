"""What others say about contacts: who talked, why, by which rule, and whether it is over.

A view of `media.call`, `callreason.enquiry` and `monitoring.alert`. The topics are read side by
side, so nothing is taken for granted about which record comes first.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sasayaki.callreason.v1.enquiry_events import EnquiryClosed, ReasonConfirmed, ReasonStated
from sasayaki.event import Recorded
from sasayaki.media.v1.call_events import (
    AnswerOrdered,
    CallArrived,
    CallEnded,
    CallEndReason,
    CallPlaced,
    RecordingPolicy,
    SupervisionMode,
    SupervisorHeard,
    TalkStarted,
    TapOpened,
)
from sasayaki.monitoring.v1.alert_events import AlertRaised

_HEARD = frozenset((SupervisionMode.WHISPER, SupervisionMode.BARGE, SupervisionMode.TAKEOVER))
"""Modes in which somebody hears the supervisor."""


ALERTS_MOST = 20
"""Of one contact, that are told with its recording."""


@dataclass(slots=True)
class Contact:
    """One contact, as far as it is told."""

    user_ids: dict[str, None] = field(default_factory=dict)
    caller_hash: str = ""
    reason_id: str = ""
    alerts_at: tuple[datetime, ...] = ()
    tapped: bool = False
    ended_at: datetime | None = None
    node_lost: bool = False

    @property
    def alerted(self) -> bool:
        return bool(self.alerts_at)


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
            case CallEnded(reason=reason):
                self._note_end(record.subject, record.time, reason)
            case ReasonStated(reason_id=reason_id) | ReasonConfirmed(reason_id=reason_id):
                self._contact(record.subject).reason_id = reason_id
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
