"""Every contact with its reasons and its workload: a view folded record by record.

Who said what stands in `callreason.enquiry`, how long operators talked in `media.call`, how long
they wrapped up in `routing.pool`, what a reason is called in `callreason.client`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from prometheus_client import Counter, Gauge

from sasayaki.callreason.v1.client_events import ClientPut
from sasayaki.callreason.v1.enquiry_events import EnquiryOpened, ReasonConfirmed, ReasonStated
from sasayaki.event import Recorded
from sasayaki.media.v1.call_events import (
    CallArrived,
    CallEnded,
    CallPlaced,
    OperatorLegEnded,
    TalkStarted,
)
from sasayaki.routing.v1.pool_events import OperatorReleased, WrapUpStarted
from sasayaki_callreason.reasons.contact import Contact, earlier

CONTACTS_MOST = 100_000
"""Of all tenants; beyond that the one that was heard of first is forgotten."""
NAMES_MOST = 5_000
"""Reasons that one company ever had, with their names; beyond that the first is forgotten."""

FORGOTTEN = Counter(
    "sasayaki_callreason_reason_contacts_forgotten_total",
    "Contacts that no report on reasons counts any more.",
)
CONTACTS = Gauge("sasayaki_callreason_reason_contacts", "Contacts that reports on reasons count.")


@dataclass(frozen=True, slots=True)
class Name:
    """What a reason was last called, and the one above it."""

    ja: str
    en: str
    parent_id: str
    sequence: int = 0
    """Of the record that said so."""


@dataclass(slots=True)
class Company:
    """One client company's contacts, and its reasons, those that it has no more too."""

    contacts: dict[str, Contact] = field(default_factory=dict)
    names: dict[str, Name] = field(default_factory=dict)
    forgotten_until: datetime | None = None
    """Of contacts that arrived up to then not all are known."""


class ReasonView:
    """All tenants' companies; whoever asks is to be let see a company before."""

    topics: tuple[str, ...] = (
        "callreason.client",
        "callreason.enquiry",
        "media.call",
        "routing.pool",
    )

    def __init__(self, contacts_most: int = CONTACTS_MOST) -> None:
        self._contacts_most = contacts_most
        self._contacts: dict[str, Contact] = {}
        self._companies: dict[str, Company] = {}

    def __len__(self) -> int:
        return len(self._contacts)

    def contacts(self, client_id: str) -> Sequence[Contact]:
        """The company's contacts that have arrived."""
        company = self._companies.get(client_id)
        return () if company is None else tuple(company.contacts.values())

    def names(self, client_id: str) -> Mapping[str, Name]:
        """The company's reasons, those that it has no more too."""
        company = self._companies.get(client_id)
        return {} if company is None else company.names

    def forgotten_until(self, client_id: str) -> datetime | None:
        """Up to when contacts arrived of which not all are known; None: all are."""
        company = self._companies.get(client_id)
        return None if company is None else company.forgotten_until

    def fold(self, record: Recorded[Any]) -> None:
        match record.data:
            case ClientPut() as put:
                self._named(put, record.sequence)
            case WrapUpStarted(contact_id=contact_id, operator_id=operator_id, since=since):
                self._contact(contact_id).wrap_ups |= {(operator_id, since)}
            case OperatorReleased(contact_id=contact_id, operator_id=operator_id, since=since):
                self._contact(contact_id).releases |= {(operator_id, since)}
            case (
                CallArrived()
                | CallPlaced()
                | CallEnded()
                | TalkStarted()
                | OperatorLegEnded()
                | EnquiryOpened()
                | ReasonStated()
                | ReasonConfirmed()
            ):
                contact = self._contact(record.subject)
                _noted(contact, record)
                self._counted(contact, record)

    def _contact(self, contact_id: str) -> Contact:
        contact = self._contacts.get(contact_id)
        if contact is None:
            if len(self._contacts) >= self._contacts_most:
                self._forget(next(iter(self._contacts.values())))
            contact = self._contacts[contact_id] = Contact(contact_id)
        return contact

    def _counted(self, contact: Contact, record: Recorded[Any]) -> None:
        """Puts the contact among its company's as soon as that and its arrival are known."""
        contact.tenant_id = record.tenant_id
        contact.client_id = contact.client_id or record.client_id or ""
        if contact.client_id and contact.arrived_at is not None:
            self._company(contact.client_id).contacts[contact.contact_id] = contact

    def _forget(self, contact: Contact) -> None:
        del self._contacts[contact.contact_id]
        FORGOTTEN.inc()
        if contact.client_id and (arrived_at := contact.arrived_at) is not None:
            company = self._company(contact.client_id)
            company.contacts.pop(contact.contact_id, None)
            known = company.forgotten_until
            company.forgotten_until = arrived_at if known is None else max(known, arrived_at)

    def _named(self, put: ClientPut, sequence: int) -> None:
        names = self._company(put.client_id).names
        for reason in put.reasons:
            known = names.get(reason.reason_id)
            if known is None or known.sequence < sequence:
                parent_id = reason.parent_id or ""
                name = Name(reason.label_ja, reason.label_en, parent_id, sequence)
                names[reason.reason_id] = name
        while len(names) > NAMES_MOST:
            del names[next(iter(names))]

    def _company(self, client_id: str) -> Company:
        return self._companies.setdefault(client_id, Company())


def _noted(contact: Contact, record: Recorded[Any]) -> None:
    """What one record says; said twice it says nothing new."""
    at, number = record.time, record.sequence
    match record.data:
        case CallArrived() | CallPlaced():
            contact.came_at = earlier(contact.came_at, at)
        case EnquiryOpened():
            contact.opened_at = earlier(contact.opened_at, at)
        case ReasonStated(reason_id=reason_id):
            contact.stated = max(contact.stated, (number, reason_id))
        case ReasonConfirmed(reason_id=reason_id):
            contact.confirmed = max(contact.confirmed, (number, reason_id))
        case TalkStarted(leg_id=leg_id, operator_id=operator_id) if operator_id:
            # Somebody outside talks without one.
            contact.talks[leg_id] = earlier(contact.talks.get(leg_id), at)
        case OperatorLegEnded(leg_id=leg_id):
            contact.legs_ended[leg_id] = earlier(contact.legs_ended.get(leg_id), at)
        case CallEnded():
            contact.ended_at = earlier(contact.ended_at, at)


def show(view: ReasonView) -> None:
    """Has the gauge read the view whenever it is asked for."""
    CONTACTS.set_function(lambda: len(view))
