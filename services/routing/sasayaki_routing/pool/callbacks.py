"""Decisions about calling customers back, who keep their place in the queue."""

from typing import TypeAlias, assert_never

from sasayaki.routing.v1.pool_events import (
    CallbackAsked,
    CallbackPlaced,
    ContactLeft,
    ContactQueued,
)
from sasayaki_chassis.decider import Refused
from sasayaki_routing.pool.commands import CallbackCalled, FailCallback, RequestCallback
from sasayaki_routing.pool.contacts import WAITING_MOST
from sasayaki_routing.pool.draft import Draft
from sasayaki_routing.pool.state.states import Calling, Consulting, Offered, Taken, Waiting
from sasayaki_routing.pool.steps import fail_callback, sorted_set, withdraw

CallbackCommand: TypeAlias = RequestCallback | CallbackCalled | FailCallback


def decide(draft: Draft, command: CallbackCommand) -> None:
    match command:
        case RequestCallback():
            _request(draft, command)
        case CallbackCalled(contact_id=contact_id, new_contact_id=new_id):
            _called(draft, contact_id, new_id)
        case FailCallback(contact_id=contact_id, failure=failure):
            match draft.pool.contacts.get(contact_id):
                case Calling():
                    draft.match_all((), fail_callback(draft, contact_id, failure))
                case _:
                    return  # who is called back waits here, and their leaving says the rest
        case _:
            assert_never(command)


def _request(draft: Draft, command: RequestCallback) -> None:
    contact_id = command.contact_id
    gone = contact_id in draft.pool.departed
    freed: tuple[str, ...] = ()
    match draft.pool.contacts.get(contact_id):
        case None:
            _queue(draft, command)
        case Waiting():
            pass
        case Offered(operator_id=operator_id):
            withdraw(draft, operator_id)
            freed = (operator_id,)
        case Taken() | Consulting():
            raise Refused("NOT_WAITING", f"{contact_id!r} talks with an operator")
        case _:
            return
    wish = draft.pool.contacts[contact_id].wish
    asked = CallbackAsked(
        contact_id=contact_id,
        queue_id=wish.queue_id,
        number_sealed=command.number_sealed,
        call_by=wish.queued_at + draft.limits.callback_age,
    )
    draft.add(asked)
    if gone:
        draft.add(ContactLeft(contact_id=contact_id, left_at=draft.now))
    draft.match_all((contact_id,), freed)


def _queue(draft: Draft, command: RequestCallback) -> None:
    if not command.queue_id:
        raise Refused("NOT_WAITING", f"{command.contact_id!r} does not wait, and for no queue")
    if len(draft.pool.contacts) >= WAITING_MOST:
        raise Refused("POOL_FULL", f"{WAITING_MOST} contacts are in the pool")
    draft.add(
        ContactQueued(
            contact_id=command.contact_id,
            client_id=command.client_id,
            queue_id=command.queue_id,
            required_skills=sorted_set(command.required_skills),
            priority=command.priority,
            queued_at=draft.now,
        )
    )


def _called(draft: Draft, contact_id: str, new_contact_id: str) -> None:
    match draft.pool.contacts.get(contact_id):
        case Calling(new_contact_id="", operator_id=operator_id):
            draft.add(
                CallbackPlaced(
                    contact_id=contact_id, new_contact_id=new_contact_id, operator_id=operator_id
                )
            )
        case _:
            return
