"""What the events of transfers and consultations make of a pool."""

from dataclasses import replace
from typing import TypeAlias, assert_never

from sasayaki.routing.v1.pool_events import (
    ConsultAccepted,
    ConsultAsked,
    ConsultEnded,
    ContactTransferred,
    OfferKind,
    TransferKind,
)
from sasayaki_routing.matching.fit import Wish
from sasayaki_routing.pool.state.moves import moved, placed
from sasayaki_routing.pool.state.states import (
    NOBODY_YET,
    Called,
    Consulting,
    Joined,
    Pool,
    Progress,
    Ready,
    Ringing,
    Sought,
    Taken,
    Talking,
    Waiting,
)

TalkEvent: TypeAlias = ContactTransferred | ConsultAsked | ConsultAccepted | ConsultEnded
FIRST = 9
"""Priority of whom a customer waits for with somebody."""


def evolve_talk(pool: Pool, event: TalkEvent) -> Pool:
    match event:
        case ContactTransferred(kind=TransferKind.WARM):
            return _warm(pool, event)
        case ContactTransferred():
            return _blind(pool, event)
        case ConsultAsked():
            return _asked(pool, event)
        case ConsultAccepted():
            return _accepted(pool, event)
        case ConsultEnded():
            return _ended(pool, event)
        case _:
            assert_never(event)


def _blind(pool: Pool, event: ContactTransferred) -> Pool:
    contact = pool.contacts[event.contact_id]
    wish = Wish(
        client_id=contact.wish.client_id,
        queue_id=event.queue_id,
        skills=frozenset(event.required_skills),
        priority=contact.wish.priority,
        queued_at=contact.wish.queued_at,
        only_operator_id=event.to_operator_id,
    )
    progress = Progress(
        since=event.since,
        ring=NOBODY_YET if event.to_operator_id else 0,
        only_until=event.only_until,
    )
    asked = contact.asked.given_away(event.operator_id)
    return placed(pool, event.contact_id, Waiting(wish, progress, asked))


def _warm(pool: Pool, event: ContactTransferred) -> Pool:
    contact, second = pool.contacts[event.contact_id], event.to_operator_id
    talking = pool.operators[second].status
    assert isinstance(talking, Talking), f"{second!r} takes a customer over and does not talk"
    own = replace(talking, kind=OfferKind.CONTACT)
    taken = Taken(contact.wish, contact.progress, contact.asked, second)
    return placed(moved(pool, second, own), event.contact_id, taken)


def _asked(pool: Pool, event: ConsultAsked) -> Pool:
    contact = pool.contacts[event.contact_id]
    wish = Wish(
        client_id=contact.wish.client_id,
        queue_id=event.queue_id,
        skills=frozenset(event.required_skills),
        priority=FIRST,
        queued_at=event.asked_at,
        only_operator_id=event.to_operator_id,
    )
    consulting = Consulting(
        wish=contact.wish,
        progress=contact.progress,
        asked=contact.asked,
        operator_id=event.operator_id,
        consult=Sought(wish, event.seek_until or event.asked_at),
    )
    return placed(pool, event.contact_id, consulting)


def _accepted(pool: Pool, event: ConsultAccepted) -> Pool:
    contact = pool.contacts[event.contact_id]
    assert isinstance(contact, Consulting), f"{event.contact_id!r} has no consultation"
    assert isinstance(contact.consult, Called), f"nobody was asked about {event.contact_id!r}"
    ringing = pool.operators[event.operator_id].status
    assert isinstance(ringing, Ringing), f"nothing rings at {event.operator_id!r}"
    talking = Talking(
        offer_id=event.offer_id,
        contact_id=event.contact_id,
        since=event.since or ringing.since,
        kind=OfferKind.CONSULT,
    )
    joined = replace(contact, consult=Joined(contact.consult.wish, event.operator_id))
    return placed(moved(pool, event.operator_id, talking), event.contact_id, joined)


def _ended(pool: Pool, event: ConsultEnded) -> Pool:
    contact = pool.contacts[event.contact_id]
    assert isinstance(contact, Consulting), f"{event.contact_id!r} has no consultation"
    if event.operator_id:
        pool = moved(pool, event.operator_id, Ready(event.since))
    taken = Taken(contact.wish, contact.progress, contact.asked, contact.operator_id)
    return placed(pool, event.contact_id, taken)
