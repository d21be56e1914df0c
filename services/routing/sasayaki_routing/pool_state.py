"""A pool as its events have left it: operators, the contacts with them and without, who is due.

Everything is frozen and every mapping is replaced, never changed: a batch of decisions is made on
a copy that is dropped when the batch is void.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TypeAlias, TypeVar, assert_never

from sasayaki.routing.v1.pool_events import (
    ContactAbandoned,
    ContactLeft,
    ContactQueued,
    OfferAccepted,
    OfferDeclined,
    OfferLapsed,
    OfferMade,
    OfferWithdrawn,
    OperatorPut,
    OperatorReleased,
    OperatorState,
    OperatorStateSet,
    PoolEvent,
    WrapUpStarted,
)
from sasayaki_chassis.decider import About
from sasayaki_routing.departed import Departed
from sasayaki_routing.matching import Profile, Wish

V = TypeVar("V")

MISSED = "missed"
"""Why an operator is away whose phone was not picked up."""


@dataclass(frozen=True, slots=True)
class Off:
    """Logged out."""

    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Away:
    """At work, but not to be asked."""

    since: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class Ready:
    """Waits for a contact."""

    since: datetime


@dataclass(frozen=True, slots=True)
class Ringing:
    """Reserved for one contact; ready since `ready_since` if that comes to nothing."""

    offer_id: str
    contact_id: str
    since: datetime
    respond_by: datetime
    ready_since: datetime


@dataclass(frozen=True, slots=True)
class Talking:
    """With a customer."""

    offer_id: str
    contact_id: str
    since: datetime


@dataclass(frozen=True, slots=True)
class WrappingUp:
    """Finishes a contact whose call is over."""

    contact_id: str
    client_id: str
    since: datetime
    release_by: datetime


Status: TypeAlias = Off | Away | Ready | Ringing | Talking | WrappingUp


@dataclass(frozen=True, slots=True)
class Operator:
    """One person of the pool."""

    operator_id: str
    profile: Profile
    status: Status = Off()

    @property
    def ready_since(self) -> datetime | None:
        return self.status.since if isinstance(self.status, Ready) else None


@dataclass(frozen=True, slots=True)
class Asked:
    """The offers of one contact so far: how many, and the last one to each operator."""

    offers: int = 0
    last: Mapping[str, str] = field(default_factory=dict)

    def plus(self, operator_id: str, offer_id: str) -> "Asked":
        return Asked(self.offers + 1, {**self.last, operator_id: offer_id})


@dataclass(frozen=True, slots=True)
class Waiting:
    """A contact that nobody is asked for."""

    wish: Wish
    asked: Asked = Asked()


@dataclass(frozen=True, slots=True)
class Offered:
    """A contact for which an operator's phone rings."""

    wish: Wish
    asked: Asked
    operator_id: str


@dataclass(frozen=True, slots=True)
class Taken:
    """A contact that talks with an operator."""

    wish: Wish
    asked: Asked
    operator_id: str


Contact: TypeAlias = Waiting | Offered | Taken


@dataclass(frozen=True, slots=True)
class Pool:
    """Everybody and everything; `due`: by operator, when time ends their offer or wrap-up."""

    operators: Mapping[str, Operator] = field(default_factory=dict)
    contacts: Mapping[str, Contact] = field(default_factory=dict)
    due: Mapping[str, datetime] = field(default_factory=dict)
    departed: Departed = field(default_factory=Departed)


def evolve(pool: Pool, event: PoolEvent) -> Pool:
    """The pool after an event."""
    match event:
        case OperatorPut(operator_id=operator_id, team_id=team_id):
            known = pool.operators.get(operator_id)
            profile = Profile(team_id, frozenset(event.skills), frozenset(event.client_ids))
            operator = Operator(operator_id, profile, known.status if known else Off())
            return replace(pool, operators={**pool.operators, operator_id: operator})
        case OperatorStateSet(operator_id=operator_id):
            return _moved(pool, operator_id, _chosen(event))
        case ContactQueued(contact_id=contact_id):
            return _placed(pool, contact_id, Waiting(_wish(event)))
        case OfferMade():
            return _offered(pool, event)
        case OfferAccepted():
            return _accepted(pool, event)
        case OfferDeclined(operator_id=operator_id, contact_id=contact_id, since=since):
            return _back(_moved(pool, operator_id, Away(since, MISSED)), contact_id)
        case OfferLapsed(operator_id=operator_id, contact_id=contact_id):
            away = Away(pool.due[operator_id], MISSED)
            return _back(_moved(pool, operator_id, away), contact_id)
        case OfferWithdrawn():
            return _withdrawn(pool, event)
        case ContactAbandoned(contact_id=contact_id, waited_ms=waited_ms):
            wish = pool.contacts[contact_id].wish
            return _departed(pool, contact_id, wish.queued_at + timedelta(milliseconds=waited_ms))
        case ContactLeft(contact_id=contact_id, left_at=left_at):
            return _departed(pool, contact_id, left_at)
        case WrapUpStarted(contact_id=contact_id, since=since):
            client_id = pool.contacts[contact_id].wish.client_id
            wrapping_up = WrappingUp(contact_id, client_id, since, event.release_by)
            return _departed(_moved(pool, event.operator_id, wrapping_up), contact_id, since)
        case OperatorReleased(operator_id=operator_id, since=since):
            return _moved(pool, operator_id, Ready(since))
        case _:
            assert_never(event)


def about(pool: Pool, event: PoolEvent) -> About:
    """The contact and client company of an event: one decision may concern several of each."""
    match event:
        case OperatorPut() | OperatorStateSet():
            return About()
        case ContactQueued(contact_id=contact_id, client_id=client_id):
            return About(client_id, contact_id)
        case ContactLeft(contact_id=contact_id):
            return About(correlation_id=contact_id)
        case OperatorReleased(contact_id=contact_id, operator_id=operator_id):
            match pool.operators[operator_id].status:
                case WrappingUp(client_id=client_id):
                    return About(client_id, contact_id)
                case _:
                    return About(correlation_id=contact_id)
        case _:
            return About(pool.contacts[event.contact_id].wish.client_id, event.contact_id)


def _chosen(event: OperatorStateSet) -> Status:
    match event.state:
        case OperatorState.READY:
            return Ready(event.since)
        case OperatorState.AWAY:
            return Away(event.since, event.reason)
        case _:
            return Off(event.since)


def _wish(event: ContactQueued) -> Wish:
    return Wish(
        client_id=event.client_id,
        queue_id=event.queue_id,
        skills=frozenset(event.required_skills),
        priority=event.priority,
        queued_at=event.queued_at,
    )


def _offered(pool: Pool, made: OfferMade) -> Pool:
    operator_id = made.operator_id
    ready_since = pool.operators[operator_id].ready_since
    assert ready_since is not None, f"an offer to {operator_id!r} who is not ready"
    contact = pool.contacts[made.contact_id]
    ringing = Ringing(
        offer_id=made.offer_id,
        contact_id=made.contact_id,
        since=ready_since + timedelta(milliseconds=made.idle_ms),
        respond_by=made.respond_by,
        ready_since=ready_since,
    )
    asked = contact.asked.plus(operator_id, made.offer_id)
    offered = Offered(contact.wish, asked, operator_id)
    return _placed(_moved(pool, operator_id, ringing), made.contact_id, offered)


def _accepted(pool: Pool, accepted: OfferAccepted) -> Pool:
    contact = pool.contacts[accepted.contact_id]
    talking = Talking(
        offer_id=accepted.offer_id,
        contact_id=accepted.contact_id,
        since=contact.wish.queued_at + timedelta(milliseconds=accepted.waited_ms),
    )
    taken = Taken(contact.wish, contact.asked, accepted.operator_id)
    return _placed(_moved(pool, accepted.operator_id, talking), accepted.contact_id, taken)


def _withdrawn(pool: Pool, withdrawn: OfferWithdrawn) -> Pool:
    """Undoes the offer if it rings; a withdrawal that only ends a leg moves nobody."""
    match pool.operators[withdrawn.operator_id].status:
        case Ringing(offer_id=offer_id, ready_since=since) if offer_id == withdrawn.offer_id:
            ready = _moved(pool, withdrawn.operator_id, Ready(since))
            return _back(ready, withdrawn.contact_id)
        case _:
            return pool


def _moved(pool: Pool, operator_id: str, status: Status) -> Pool:
    operator = replace(pool.operators[operator_id], status=status)
    return replace(
        pool,
        operators={**pool.operators, operator_id: operator},
        due=_due(pool.due, operator_id, status),
    )


def _due(due: Mapping[str, datetime], operator_id: str, status: Status) -> Mapping[str, datetime]:
    match status:
        case Ringing(respond_by=limit) | WrappingUp(release_by=limit):
            return {**due, operator_id: limit}
        case _:
            return without(due, operator_id)


def _placed(pool: Pool, contact_id: str, contact: Contact) -> Pool:
    return replace(pool, contacts={**pool.contacts, contact_id: contact})


def _back(pool: Pool, contact_id: str) -> Pool:
    """The contact waits again, in its old place."""
    contact = pool.contacts[contact_id]
    return _placed(pool, contact_id, Waiting(contact.wish, contact.asked))


def _departed(pool: Pool, contact_id: str, left_at: datetime) -> Pool:
    return replace(
        pool,
        contacts=without(pool.contacts, contact_id),
        departed=pool.departed.plus(contact_id, left_at),
    )


def without(mapping: Mapping[str, V], key: str) -> Mapping[str, V]:
    """The mapping less one key; the same object if it has none such."""
    if key not in mapping:
        return mapping
    rest = dict(mapping)
    del rest[key]
    return rest
