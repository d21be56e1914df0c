"""Two views: which contacts a caller had with a company, and whom a contact is offered to."""

import heapq
from datetime import datetime
from typing import Any, TypeAlias

from prometheus_client import Counter, Gauge

from sasayaki.callreason.v1.enquiry_events import EnquiryOpened
from sasayaki.event import Recorded
from sasayaki.routing.v1.pool_events import (
    CallbackDone,
    CallbackDue,
    CallbackFailed,
    ConsultEnded,
    ContactAbandoned,
    ContactLeft,
    OfferDeclined,
    OfferLapsed,
    OfferMade,
    OfferWithdrawn,
    WrapUpStarted,
)

CONTACTS_OF_A_CALLER_MOST = 50
CONTACTS_MOST = 200_000
"""Of all callers; beyond either limit the oldest one is forgotten."""
OFFERS_MOST = 20_000
"""Beyond that the first one is forgotten; a pool holds fewer contacts."""

FORGOTTEN = Counter(
    "sasayaki_callreason_caller_contacts_forgotten_total",
    "Contacts that no caller's history shows any more: of one who called too often, or of all.",
    ("why",),
)
CONTACTS = Gauge("sasayaki_callreason_caller_contacts", "Contacts in callers' histories.")
OFFERS_FORGOTTEN = Counter(
    "sasayaki_callreason_offers_forgotten_total",
    "Offers forgotten because there were too many: who is offered the contact can't look at it.",
)

Caller: TypeAlias = tuple[str, str, str]
"""Tenant, client company, keyed hash of the number; a hash means nothing to another company."""
Came: TypeAlias = tuple[datetime, str]
"""When the enquiry began, and the contact."""


class Histories:
    """Contacts by caller. A hidden number is nobody's."""

    topics: tuple[str, ...] = ("callreason.enquiry",)

    def __init__(
        self, most: int = CONTACTS_MOST, of_a_caller_most: int = CONTACTS_OF_A_CALLER_MOST
    ) -> None:
        self._most = most
        self._of_a_caller_most = of_a_caller_most
        self._callers: dict[Caller, set[Came]] = {}
        self._oldest: list[tuple[Came, Caller]] = []
        self._contacts = 0

    def __len__(self) -> int:
        return self._contacts

    def of(self, caller: Caller) -> list[Came]:
        """The caller's contacts, newest first."""
        return sorted(self._callers.get(caller, ()), reverse=True)

    def fold(self, record: Recorded[Any]) -> None:
        match record.data:
            case EnquiryOpened(client_id=client_id, caller_hash=caller_hash) if caller_hash:
                caller = (record.tenant_id, client_id, caller_hash)
                self._add(caller, (record.time, record.subject))

    def _add(self, caller: Caller, came: Came) -> None:
        known = self._callers.setdefault(caller, set())
        if came in known:
            return
        known.add(came)
        self._contacts += 1
        heapq.heappush(self._oldest, (came, caller))
        if len(known) > self._of_a_caller_most:
            self._forget(caller, min(known), "caller")
        while self._contacts > self._most:
            oldest, whose = heapq.heappop(self._oldest)
            self._forget(whose, oldest, "all")

    def _forget(self, caller: Caller, came: Came, why: str) -> None:
        """Nothing, if it was forgotten for its caller before."""
        known = self._callers.get(caller, set())
        if came not in known:
            return
        known.discard(came)
        if not known:
            del self._callers[caller]
        self._contacts -= 1
        FORGOTTEN.labels(why).inc()


def before(came: list[Came], contact_id: str, *, over: bool) -> list[Came]:
    """Those before a contact, of a list that is newest first.

    A contact that is not in the list is newer than all of it, or, if it is over, forgotten: then
    nothing before it is known either.
    """
    for place, (_, one) in enumerate(came):
        if one == contact_id:
            return came[place + 1 :]
    return [] if over else came


class Offers:
    """The operator whom each contact is offered to, from the ringing to the wrap-up."""

    topics: tuple[str, ...] = ("routing.pool",)

    def __init__(self, most: int = OFFERS_MOST) -> None:
        self._most = most
        self._offered: dict[str, str] = {}

    def to(self, contact_id: str) -> str:
        """Whom it is offered to; empty: nobody."""
        return self._offered.get(contact_id, "")

    def fold(self, record: Recorded[Any]) -> None:
        match record.data:
            case (
                OfferMade(contact_id=contact_id, operator_id=operator_id)
                | CallbackDue(contact_id=contact_id, operator_id=operator_id)
            ):
                self._offered[contact_id] = operator_id
                if len(self._offered) > self._most:
                    del self._offered[next(iter(self._offered))]
                    OFFERS_FORGOTTEN.inc()
            case (
                OfferDeclined(contact_id=contact_id, operator_id=operator_id)
                | OfferLapsed(contact_id=contact_id, operator_id=operator_id)
                | OfferWithdrawn(contact_id=contact_id, operator_id=operator_id)
                | CallbackFailed(contact_id=contact_id, operator_id=operator_id)
                | ConsultEnded(contact_id=contact_id, operator_id=operator_id)
                | WrapUpStarted(contact_id=contact_id, operator_id=operator_id)
            ):
                if self.to(contact_id) == operator_id:
                    del self._offered[contact_id]
            case (
                ContactAbandoned(contact_id=contact_id)
                | ContactLeft(contact_id=contact_id)
                | CallbackDone(contact_id=contact_id)
            ):
                self._offered.pop(contact_id, None)


def show(histories: Histories) -> None:
    """Has the gauge read the view whenever it is asked for."""
    CONTACTS.set_function(lambda: len(histories))
