"""Queues as routing's records tell them: who waits, and who was answered in the last half hour.

The service level is the answered in time by the answered and the abandoned (formula 2 of the usual
five): whoever still waits is in neither.
"""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, TypeAlias

from sasayaki.event import Recorded
from sasayaki.routing.v1.pool_events import (
    CallbackAsked,
    ConsultAccepted,
    ContactAbandoned,
    ContactLeft,
    ContactQueued,
    ContactTransferred,
    OfferAccepted,
    OfferDeclined,
    OfferKind,
    OfferLapsed,
    OfferMade,
    OfferWithdrawn,
    QueuePut,
    TransferKind,
    WrapUpStarted,
)

WINDOW = timedelta(minutes=30)
IN_TIME = timedelta(seconds=20)
MS = timedelta(milliseconds=1)
PER_MILLE = 1_000

QueueKey: TypeAlias = tuple[str, str, str]
"""Tenant, client company, queue: a queue that several client companies share is one for each."""


@dataclass(frozen=True, slots=True)
class _Wish:
    """A contact that is in a queue, or was answered from it and may come back.

    `given`: a colleague has it, and the wrap-up that follows is not its end.
    """

    key: QueueKey
    since: datetime
    answered: bool = False
    given: bool = False


@dataclass(frozen=True, slots=True)
class Past:
    """How one contact's wait ended."""

    at: datetime
    answered: bool
    in_time: bool


@dataclass(slots=True)
class Queue:
    """One queue of one client company."""

    tenant_id: str
    client_id: str
    queue_id: str
    waiting: dict[str, datetime] = field(default_factory=dict)
    past: deque[Past] = field(default_factory=deque)
    answered: int = 0
    in_time: int = 0

    @property
    def key(self) -> QueueKey:
        return (self.tenant_id, self.client_id, self.queue_id)

    @property
    def longest_since(self) -> datetime | None:
        """Since when the first of those who wait does."""
        return min(self.waiting.values(), default=None)

    @property
    def abandoned(self) -> int:
        return len(self.past) - self.answered

    @property
    def per_mille(self) -> int | None:
        """The service level, per mille; None without contacts."""
        return PER_MILLE * self.in_time // len(self.past) if self.past else None

    @property
    def changes_at(self) -> datetime | None:
        """When the oldest leaves the window."""
        return self.past[0].at + WINDOW if self.past else None

    def forget(self, now: datetime) -> bool:
        """Drops what has left the window; whether anything has."""
        before = len(self.past)
        while self.past and self.past[0].at <= now - WINDOW:
            gone = self.past.popleft()
            self.answered -= gone.answered
            self.in_time -= gone.in_time
        return len(self.past) < before

    def count(self, past: Past) -> None:
        self.past.append(past)
        self.answered += past.answered
        self.in_time += past.in_time


class Queues:
    """All queues by key: at most as many as there are."""

    def __init__(self, in_time: timedelta = IN_TIME) -> None:
        self.queues: dict[QueueKey, Queue] = {}
        self._in_time = in_time
        self._wishes: dict[tuple[str, str], _Wish] = {}
        self._service: dict[tuple[str, str], timedelta] = {}
        """What queues that were put say themselves, by tenant and queue."""
        self._consults: set[str] = set()
        """Offers that ring at a colleague who is asked: at most as many as there are operators."""

    def fold(self, record: Recorded[Any]) -> Iterator[Queue]:
        """Yields the queue that the record changes."""
        at, tenant_id = record.time, record.tenant_id
        match record.data:
            case ContactQueued(contact_id=contact_id) as queued:
                yield from self._leaves(tenant_id, contact_id, None)
                key = (tenant_id, queued.client_id, queued.queue_id)
                self._wishes[tenant_id, contact_id] = _Wish(key, queued.queued_at)
                queue = self.queues.setdefault(key, Queue(*key))
                queue.waiting[contact_id] = queued.queued_at
                yield queue
            case QueuePut(queue_id=queue_id, service_ms=service_ms):
                self._service[tenant_id, queue_id] = service_ms * MS
                for queue in self.queues.values():
                    if (queue.tenant_id, queue.queue_id) == (tenant_id, queue_id):
                        yield queue
            case OfferAccepted(contact_id=contact_id, waited_ms=waited_ms):
                in_time = waited_ms * MS <= self._in_time_of(tenant_id, contact_id)
                past = Past(at, answered=True, in_time=in_time)
                yield from self._leaves(tenant_id, contact_id, past, stays=True)
            case ContactAbandoned(contact_id=contact_id):
                past = Past(at, answered=False, in_time=False)
                yield from self._leaves(tenant_id, contact_id, past)
            case ContactTransferred() as given:
                yield from self._transferred(tenant_id, given)
            case WrapUpStarted(contact_id=contact_id):
                yield from self._wrapped_up(tenant_id, contact_id)
            case ContactLeft(contact_id=contact_id) | CallbackAsked(contact_id=contact_id):
                yield from self._leaves(tenant_id, contact_id, None)
            case OfferMade(kind=OfferKind.CONSULT, offer_id=offer_id):
                self._consults.add(offer_id)
            case (
                ConsultAccepted(offer_id=offer_id)
                | OfferDeclined(offer_id=offer_id)
                | OfferLapsed(offer_id=offer_id)
                | OfferWithdrawn(offer_id=offer_id)
            ) if offer_id in self._consults:
                self._consults.discard(offer_id)  # the customer has not waited for that
            case OfferDeclined(contact_id=contact_id):
                yield from self._waits_again(tenant_id, contact_id)

    def in_time(self, queue: Queue) -> timedelta:
        """Within how long an answer counts for the queue's service level."""
        return self._service.get((queue.tenant_id, queue.queue_id), self._in_time)

    def _in_time_of(self, tenant_id: str, contact_id: str) -> timedelta:
        wish = self._wishes.get((tenant_id, contact_id))
        return self.in_time(self.queues[wish.key]) if wish else self._in_time

    def client_of(self, tenant_id: str, contact_id: str) -> str:
        """Whose contact it is that waits, or was answered; or nothing."""
        wish = self._wishes.get((tenant_id, contact_id))
        return wish.key[1] if wish else ""

    def _leaves(
        self, tenant_id: str, contact_id: str, past: Past | None, *, stays: bool = False
    ) -> Iterator[Queue]:
        """The contact waits no more; one that comes back is not counted a second time."""
        wish = self._wishes.pop((tenant_id, contact_id), None)
        if wish is None:
            return
        queue = self.queues[wish.key]
        waited = queue.waiting.pop(contact_id, None) is not None
        if stays:
            self._wishes[tenant_id, contact_id] = _Wish(wish.key, wish.since, answered=True)
        if past is not None and not wish.answered:
            queue.count(past)
            yield queue
        elif waited:
            yield queue

    def _transferred(self, tenant_id: str, given: ContactTransferred) -> Iterator[Queue]:
        """Given away blind, the contact waits anew; else a colleague has it."""
        contact_id = given.contact_id
        wish = self._wishes.get((tenant_id, contact_id))
        if wish is None:
            return
        if given.kind is TransferKind.WARM:
            self._wishes[tenant_id, contact_id] = replace(wish, given=True)
            return
        key = (tenant_id, wish.key[1], given.queue_id)
        self._wishes[tenant_id, contact_id] = _Wish(key, given.since)
        queue = self.queues.setdefault(key, Queue(*key))
        queue.waiting[contact_id] = given.since
        yield queue

    def _wrapped_up(self, tenant_id: str, contact_id: str) -> Iterator[Queue]:
        wish = self._wishes.get((tenant_id, contact_id))
        if wish is not None and wish.given:
            self._wishes[tenant_id, contact_id] = replace(wish, given=False)
        elif wish is None or wish.answered:
            yield from self._leaves(tenant_id, contact_id, None)

    def _waits_again(self, tenant_id: str, contact_id: str) -> Iterator[Queue]:
        """Whoever was answered and lost the operator's phone waits on, as long as before."""
        wish = self._wishes.get((tenant_id, contact_id))
        if wish is not None and wish.answered:
            self.queues[wish.key].waiting[contact_id] = wish.since
            yield self.queues[wish.key]
