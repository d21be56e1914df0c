"""Decisions about a contact's way in and out: queued, ended, wrapped up."""

from sasayaki.routing.v1.pool_events import (
    CallbackFailure,
    ContactAbandoned,
    ContactLeft,
    ContactQueued,
    OfferKind,
    OperatorReleased,
    PriorityRaised,
    ReleaseReason,
)
from sasayaki_chassis.decider import Refused
from sasayaki_routing.matching.choice import milliseconds
from sasayaki_routing.pool.commands import QueueContact
from sasayaki_routing.pool.draft import Draft
from sasayaki_routing.pool.state.states import (
    CalledBack,
    Calling,
    Consulting,
    HangingUp,
    Offered,
    Taken,
    Talking,
    ToCall,
    Waiting,
    WrappingUp,
)
from sasayaki_routing.pool.state.talks import FIRST
from sasayaki_routing.pool.steps import (
    end_consult,
    fail_callback,
    sorted_set,
    start_wrap_up,
    withdraw,
)

WAITING_MOST = 5_000
"""Contacts in a pool; the next is refused, so that a flow can say so to the customer."""


def queue(draft: Draft, command: QueueContact) -> None:
    contact_id = command.contact_id
    if contact_id in draft.pool.contacts or contact_id in draft.pool.departed:
        return
    if len(draft.pool.contacts) >= WAITING_MOST:
        raise Refused("POOL_FULL", f"{WAITING_MOST} contacts are in the pool")
    kept = draft.pool.keeper(command.previous_contact_id)
    draft.add(
        ContactQueued(
            contact_id=contact_id,
            client_id=command.client_id,
            queue_id=command.queue_id,
            required_skills=sorted_set(command.required_skills),
            priority=command.priority,
            queued_at=draft.now,
            only_operator_id=kept or None,
            preferred_operator_id=command.preferred_operator_id or None,
            previous_contact_id=command.previous_contact_id or None,
            only_until=draft.now + draft.limits.person if kept else None,
        )
    )
    if command.previous_contact_id and command.priority < FIRST:
        # Whoever is called back has waited already.
        draft.add(PriorityRaised(contact_id=contact_id, priority=FIRST))
    if kept:
        draft.match_reserved(contact_id, kept)
    else:
        draft.match_contact(contact_id)


def end(draft: Draft, contact_id: str) -> None:
    """The contact's call is over."""
    match draft.pool.contacts.get(contact_id):
        case None if contact_id in draft.pool.departed:
            return
        case None | HangingUp():
            _leave(draft, contact_id)
        case Waiting():
            _abandon(draft, contact_id)
        case Offered(operator_id=operator_id):
            withdraw(draft, operator_id)
            _abandon(draft, contact_id)
            draft.match_operator(operator_id)
        case Taken(operator_id=operator_id):
            start_wrap_up(draft, contact_id, operator_id)
        case Consulting(operator_id=operator_id):
            freed = end_consult(draft, contact_id)
            start_wrap_up(draft, contact_id, operator_id)
            draft.match_all((), freed)
        case ToCall() | Calling() | CalledBack():
            return


def release(draft: Draft, contact_id: str, operator_id: str) -> None:
    """An enquiry closes only after its operator's talk: one that is released is over, too."""
    match draft.operator(operator_id).status:
        case Talking(contact_id=talking, kind=OfferKind.CONTACT) if talking == contact_id:
            freed = end_consult(draft, contact_id)
            start_wrap_up(draft, contact_id, operator_id)
            _set_free(draft, contact_id, operator_id, ReleaseReason.COMPLETED)
            draft.match_all((), freed)
        case WrappingUp(contact_id=present) if present == contact_id:
            _set_free(draft, contact_id, operator_id, ReleaseReason.COMPLETED)
        case _:
            return


def lapse_wrap_up(draft: Draft, contact_id: str, operator_id: str) -> None:
    match draft.operator(operator_id).status:
        case WrappingUp(contact_id=present, release_by=limit) if (
            present == contact_id and limit <= draft.now
        ):
            _set_free(draft, contact_id, operator_id, ReleaseReason.LAPSED)
        case _:
            return


def _leave(draft: Draft, contact_id: str) -> None:
    """Nobody waits here under this id any more, unless to be called back."""
    draft.add(ContactLeft(contact_id=contact_id, left_at=draft.now))
    draft.match_contact(contact_id)


def _abandon(draft: Draft, contact_id: str) -> None:
    freed = _recall_failed(draft, contact_id)
    contact = draft.pool.contacts[contact_id]
    draft.add(
        ContactAbandoned(
            contact_id=contact_id,
            queue_id=contact.wish.queue_id,
            waited_ms=milliseconds(draft.now - contact.progress.since),
        )
    )
    draft.match_all((), freed)


def _recall_failed(draft: Draft, contact_id: str) -> tuple[str, ...]:
    """The customer who was called back under this contact is gone."""
    previous_id = draft.pool.recalls.get(contact_id)
    if previous_id is None:
        return ()
    return fail_callback(draft, previous_id, CallbackFailure.NO_ANSWER)


def _set_free(draft: Draft, contact_id: str, operator_id: str, reason: ReleaseReason) -> None:
    draft.add(
        OperatorReleased(
            contact_id=contact_id, operator_id=operator_id, reason=reason, since=draft.now
        )
    )
    draft.match_operator(operator_id)
