"""What time does to a wait: further rings, a raised priority, a word to the customer, an end."""

from datetime import datetime

from sasayaki.routing.v1.pool_events import ConsultEnded, PriorityRaised, WaitTold
from sasayaki_routing.matching.choice import milliseconds
from sasayaki_routing.pool.draft import Draft
from sasayaki_routing.pool.state.states import (
    NOBODY_YET,
    Consulting,
    Pool,
    Progress,
    Sought,
    ToCall,
    Waiting,
)
from sasayaki_routing.pool.steps import give_up_callback

RAISED_BY = 3
PRIORITY_MOST = 9
WAITS_LEAST = 3
"""Waits that must be known of a queue before the next is estimated."""


def advance(draft: Draft, contact_id: str) -> None:
    """Whatever is due by now about a contact."""
    match draft.pool.contacts.get(contact_id):
        case ToCall(progress=Progress(call_by=datetime() as call_by)) if call_by <= draft.now:
            give_up_callback(draft, contact_id)
        case Waiting() | ToCall():
            _widen(draft, contact_id)
            _raise(draft, contact_id)
            _tell(draft, contact_id)
        case Consulting(consult=Sought(until=until)) if until <= draft.now:
            draft.add(ConsultEnded(contact_id=contact_id, operator_id="", since=draft.now))
        case _:
            return


def position(pool: Pool, contact_id: str) -> int:
    """Where a contact stands among those who wait in its queue; 1: next."""
    wish = pool.contacts[contact_id].wish
    own = (wish.rank, contact_id)
    return 1 + sum(
        (contact.wish.rank, other_id) < own
        for other_id, contact in pool.contacts.items()
        if isinstance(contact, Waiting | ToCall) and contact.wish.queue_id == wish.queue_id
    )


def estimate_ms(pool: Pool, queue_id: str, waited_ms: int) -> int | None:
    """How long a wait in a queue will have been: three of four recent ones were no longer.

    Never less than was waited already; None while too little is known of the queue.
    """
    last = sorted(pool.waits.get(queue_id, ()))
    if len(last) < WAITS_LEAST:
        return None
    return max(waited_ms, last[(3 * len(last) - 1) // 4])


def _widen(draft: Draft, contact_id: str) -> None:
    while (ring := _next_ring(draft, contact_id)) is not None:
        draft.add(draft.ring(contact_id, ring))
        draft.match_contact(contact_id)


def _next_ring(draft: Draft, contact_id: str) -> int | None:
    """The further ring that a waiting contact has come to."""
    contact = draft.pool.contacts[contact_id]
    match contact:
        case (
            Waiting(progress=Progress(ring=ring) as progress)
            | ToCall(progress=Progress(ring=ring) as progress)
        ):
            rings = draft.pool.queue(contact.wish.queue_id).rings
            if ring == NOBODY_YET:
                until = progress.only_until
                return 0 if until is not None and until <= draft.now else None
            reached = ring + 1 < len(rings) and progress.since + rings[ring + 1].after <= draft.now
            return ring + 1 if reached else None
        case _:
            return None  # offered by the last ring


def _raise(draft: Draft, contact_id: str) -> None:
    match draft.pool.contacts[contact_id]:
        case Waiting(wish=wish, progress=progress) | ToCall(wish=wish, progress=progress):
            after = draft.pool.queue(wish.queue_id).raise_after
            if after and not progress.raised and progress.since + after <= draft.now:
                priority = min(PRIORITY_MOST, wish.priority + RAISED_BY)
                draft.add(PriorityRaised(contact_id=contact_id, priority=priority))
        case _:
            return


def _tell(draft: Draft, contact_id: str) -> None:
    match draft.pool.contacts[contact_id]:
        case Waiting(wish=wish, progress=progress):
            every = draft.pool.queue(wish.queue_id).tell_every
            if every and (progress.tell_at or progress.since) <= draft.now:
                waited_ms = milliseconds(draft.now - progress.since)
                draft.add(
                    WaitTold(
                        contact_id=contact_id,
                        queue_id=wish.queue_id,
                        position=position(draft.pool, contact_id),
                        wait_ms_estimate=estimate_ms(draft.pool, wish.queue_id, waited_ms),
                        next_at=draft.now + every,
                    )
                )
        case _:
            return
