"""Small changes of a pool of which what follows from an event is made."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TypeVar

from sasayaki_routing.pool.state.states import (
    NOBODY_YET,
    Called,
    Consulting,
    Contact,
    Offered,
    Pool,
    Reserved,
    Ringing,
    Sought,
    Status,
    Taken,
    ToCall,
    Waiting,
    WrappingUp,
)

V = TypeVar("V")


def moved(pool: Pool, operator_id: str, status: Status) -> Pool:
    """An operator in another state."""
    operator = replace(pool.operators[operator_id], status=status)
    due: Mapping[str, datetime]
    match status:
        case Ringing(respond_by=limit) | Reserved(respond_by=limit) | WrappingUp(release_by=limit):
            due = {**pool.due, operator_id: limit}
        case _:
            due = without(pool.due, operator_id)
    return replace(pool, operators={**pool.operators, operator_id: operator}, due=due)


def placed(pool: Pool, contact_id: str, contact: Contact) -> Pool:
    """A contact in another state."""
    at = due_at(pool, contact)
    due = without(pool.due, contact_id) if at is None else {**pool.due, contact_id: at}
    return replace(pool, contacts={**pool.contacts, contact_id: contact}, due=due)


def returned(pool: Pool, contact_id: str, *, missed_by: str = "") -> Pool:
    """What was offered is offered to nobody again, in its old place."""
    contact = pool.contacts[contact_id]
    asked = contact.asked.in_vain(missed_by) if missed_by else contact.asked
    match contact:
        case Offered() | Taken():
            return placed(pool, contact_id, Waiting(contact.wish, contact.progress, asked))
        case Consulting(consult=Called(wish=wish, until=until)):
            sought = replace(contact, asked=asked, consult=Sought(wish, until))
            return placed(pool, contact_id, sought)
        case _:
            return pool


def departed(pool: Pool, contact_id: str, left_at: datetime) -> Pool:
    """Without a contact, which is remembered as gone."""
    return replace(
        pool,
        contacts=without(pool.contacts, contact_id),
        due=without(pool.due, contact_id),
        departed=pool.departed.plus(contact_id, left_at),
    )


def due_at(pool: Pool, contact: Contact) -> datetime | None:
    """When time changes something about a contact's wait."""
    match contact:
        case Waiting(progress=progress) | ToCall(progress=progress):
            queue = pool.queue(contact.wish.queue_id)
            instants: list[datetime] = []
            if progress.ring == NOBODY_YET:
                if progress.only_until is not None:
                    instants.append(progress.only_until)
            elif progress.ring + 1 < len(queue.rings):
                instants.append(progress.since + queue.rings[progress.ring + 1].after)
            if queue.raise_after and not progress.raised:
                instants.append(progress.since + queue.raise_after)
            if queue.tell_every and isinstance(contact, Waiting):
                instants.append(progress.tell_at or progress.since)
            if progress.call_by is not None and isinstance(contact, ToCall):
                instants.append(progress.call_by)
            return min(instants, default=None)
        case Consulting(consult=Sought(until=until)):
            return until
        case _:
            return None


def after(since: datetime, milliseconds: int) -> datetime:
    return since + timedelta(milliseconds=milliseconds)


def without(mapping: Mapping[str, V], key: str) -> Mapping[str, V]:
    """The mapping less one key; the same object if it has none such."""
    if key not in mapping:
        return mapping
    rest = dict(mapping)
    del rest[key]
    return rest
