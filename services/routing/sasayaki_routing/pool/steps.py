"""What several decisions have in common: taking back, handing over, wrapping up."""

from collections.abc import Iterable

from sasayaki.routing.v1.pool_events import (
    CallbackFailed,
    CallbackFailure,
    ConsultEnded,
    ContactTransferred,
    OfferWithdrawn,
    TransferKind,
    WrapUpStarted,
)
from sasayaki_routing.pool.draft import Draft
from sasayaki_routing.pool.state.states import (
    Called,
    CalledBack,
    Calling,
    Consulting,
    Joined,
    Ringing,
    Sought,
    ToCall,
)


def sorted_set(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(set(names)))


def withdraw(draft: Draft, operator_id: str) -> str:
    """Takes back the offer that rings at an operator; returns its contact."""
    ringing = draft.pool.operators[operator_id].status
    assert isinstance(ringing, Ringing), f"nothing rings at {operator_id!r}"
    draft.add(
        OfferWithdrawn(
            offer_id=ringing.offer_id, contact_id=ringing.contact_id, operator_id=operator_id
        )
    )
    return ringing.contact_id


def end_consult(draft: Draft, contact_id: str) -> tuple[str, ...]:
    """Ends the contact's consultation, if there is one; returns who has become free by it."""
    freed: tuple[str, ...] = ()
    joined = ""
    match draft.pool.contacts.get(contact_id):
        case Consulting(consult=Sought()):
            pass
        case Consulting(consult=Called(operator_id=operator_id)):
            withdraw(draft, operator_id)
            freed = (operator_id,)
        case Consulting(consult=Joined(operator_id=operator_id)):
            freed, joined = (operator_id,), operator_id
        case _:
            return ()
    draft.add(ConsultEnded(contact_id=contact_id, operator_id=joined, since=draft.now))
    return freed


def hand_over(draft: Draft, contact_id: str, first: str, second: str) -> None:
    """The colleague has the customer; the operator who had them goes to wrap-up."""
    wish = draft.pool.contacts[contact_id].wish
    draft.add(
        ContactTransferred(
            contact_id=contact_id,
            operator_id=first,
            kind=TransferKind.WARM,
            queue_id=wish.queue_id,
            to_operator_id=second,
            required_skills=sorted_set(wish.skills),
            since=draft.now,
        )
    )
    start_wrap_up(draft, contact_id, first)


def start_wrap_up(draft: Draft, contact_id: str, operator_id: str) -> None:
    draft.add(
        WrapUpStarted(
            contact_id=contact_id,
            operator_id=operator_id,
            release_by=draft.now + draft.limits.wrap_up,
            since=draft.now,
        )
    )


def fail_callback(draft: Draft, contact_id: str, failure: CallbackFailure) -> tuple[str, ...]:
    """An attempt to call back came to nothing; returns who has become free by it.

    Tried again after the queue's pause, unless it was the last attempt or would be too late.
    """
    contact = draft.pool.contacts[contact_id]
    assert isinstance(contact, Calling | CalledBack), f"{contact_id!r} is not being called back"
    queue = draft.pool.queue(contact.wish.queue_id)
    retry_at, call_by = draft.now + queue.callback_pause, contact.progress.call_by
    late = call_by is not None and call_by <= retry_at
    over = late or contact.attempt >= queue.callback_attempts_most
    operator_id = draft.pool.keeper(contact_id)
    draft.add(
        CallbackFailed(
            contact_id=contact_id,
            operator_id=operator_id,
            attempt=contact.attempt,
            failure=failure,
            retry_at=None if over else retry_at,
            since=draft.pool.ready_since(operator_id) or draft.now,
        )
    )
    return (operator_id,) if operator_id else ()


def give_up_callback(draft: Draft, contact_id: str) -> None:
    """Nobody was free for a callback until it was too old."""
    contact = draft.pool.contacts[contact_id]
    assert isinstance(contact, ToCall), f"{contact_id!r} does not wait to be called back"
    draft.add(
        CallbackFailed(
            contact_id=contact_id,
            operator_id="",
            attempt=contact.attempt,
            failure=CallbackFailure.TOO_OLD,
            retry_at=None,
            since=draft.now,
        )
    )
