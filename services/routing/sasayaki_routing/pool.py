"""Decides who gets which contact: the stream `routing.pool`.

One aggregate holds the operators and the contacts that wait for them, so that offering a contact
and reserving its operator is one decision: nobody can be offered two. Whoever or whatever becomes
free is matched in the same decision, so between two decisions no contact waits beside a ready
operator who could serve it; only what has just changed needs to be looked at.

**An acceptance after the lapse.** The operator picked up while the lapse was being decided: their
leg is told to hang up, yet they may be talking already. What the customer hears is the truth: such
an acceptance counts if the contact talks with nobody and the operator with nobody else (an offer
made to another in the meantime is withdrawn). Where it can't count, because the contact talks with
another or the operator does, `OfferWithdrawn` has the late leg hung up. If the hang-up reached a
leg that talked, `DeclineOffer` follows it and the contact waits again in its old place. So whatever
the node did first, pool and sound agree in the end.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import assert_never

from sasayaki.routing.v1.pool_events import (
    EVENTS,
    ContactAbandoned,
    ContactLeft,
    ContactQueued,
    OfferAccepted,
    OfferDeclined,
    OfferLapsed,
    OfferWithdrawn,
    OperatorPut,
    OperatorReleased,
    OperatorState,
    OperatorStateSet,
    PoolEvent,
    ReleaseReason,
    WrapUpStarted,
)
from sasayaki_chassis.decider import Decider, Refused
from sasayaki_routing.commands import (
    AcceptOffer,
    Command,
    DeclineOffer,
    EndContact,
    LapseOffer,
    LapseWrapUp,
    PutOperator,
    QueueContact,
    Release,
    SetState,
)
from sasayaki_routing.draft import Draft, Limits, milliseconds
from sasayaki_routing.pool_state import (
    Away,
    Contact,
    Off,
    Offered,
    Pool,
    Ready,
    Ringing,
    Taken,
    Talking,
    Waiting,
    WrappingUp,
    about,
    evolve,
)

STREAM = "routing.pool"
OPERATORS_MOST = 5_000
WAITING_MOST = 5_000
"""Contacts in a pool; the next is refused, so that a flow can say so to the customer."""


def decide(limits: Limits, pool: Pool, command: Command, now: datetime) -> Sequence[PoolEvent]:
    """Every command by name; what is over already is not an error."""
    draft = Draft(pool, limits, now)
    match command:
        case PutOperator():
            _put(draft, command)
        case SetState():
            _set_state(draft, command)
        case QueueContact():
            _queue(draft, command)
        case AcceptOffer():
            _accept(draft, command.contact_id, command.operator_id)
        case DeclineOffer():
            _decline(draft, command)
        case LapseOffer():
            _lapse_offer(draft, command.contact_id, command.operator_id)
        case EndContact():
            _end(draft, command.contact_id)
        case Release():
            _release(draft, command.contact_id, command.operator_id)
        case LapseWrapUp():
            _lapse_wrap_up(draft, command.contact_id, command.operator_id)
        case _:
            assert_never(command)
    return draft.events


def deadline(pool: Pool) -> tuple[datetime, Command] | None:
    """The offer or wrap-up whose time is up first."""
    if not pool.due:
        return None
    at, operator_id = min((at, operator_id) for operator_id, at in pool.due.items())
    match pool.operators[operator_id].status:
        case Ringing(contact_id=contact_id):
            return at, LapseOffer(contact_id, operator_id)
        case WrappingUp(contact_id=contact_id):
            return at, LapseWrapUp(contact_id, operator_id)
        case other:
            raise AssertionError(f"{operator_id!r} is due while {other!r}")


def _put(draft: Draft, command: PutOperator) -> None:
    known = draft.pool.operators.get(command.operator_id)
    if known is None and len(draft.pool.operators) >= OPERATORS_MOST:
        raise Refused("POOL_FULL", f"{OPERATORS_MOST} operators are in the pool")
    put = OperatorPut(
        operator_id=command.operator_id,
        team_id=command.team_id,
        skills=_set(command.skills),
        client_ids=_set(command.client_ids),
    )
    if known is None or evolve(draft.pool, put) != draft.pool:
        draft.add(put)
        draft.match_operator(command.operator_id)


def _set_state(draft: Draft, command: SetState) -> None:
    state, reason = command.state, command.reason
    match draft.operator(command.operator_id).status, state:
        case Ringing() | Talking(), _:
            raise Refused("OPERATOR_BUSY", f"{command.operator_id!r} is with a contact")
        case (Off(), OperatorState.OFF) | (Ready(), OperatorState.READY):
            return  # whoever says it twice keeps the place in the order of idleness
        case Away(reason=present), OperatorState.AWAY if present == reason:
            return
        case _:
            draft.add(
                OperatorStateSet(
                    operator_id=command.operator_id, state=state, reason=reason, since=draft.now
                )
            )
            draft.match_operator(command.operator_id)


def _queue(draft: Draft, command: QueueContact) -> None:
    contact_id = command.contact_id
    if contact_id in draft.pool.contacts or contact_id in draft.pool.departed:
        return
    if len(draft.pool.contacts) >= WAITING_MOST:
        raise Refused("POOL_FULL", f"{WAITING_MOST} contacts are in the pool")
    draft.add(
        ContactQueued(
            contact_id=contact_id,
            client_id=command.client_id,
            queue_id=command.queue_id,
            required_skills=_set(command.required_skills),
            priority=command.priority,
            queued_at=draft.now,
        )
    )
    draft.match_contact(contact_id)


def _accept(draft: Draft, contact_id: str, operator_id: str) -> None:
    contact = draft.pool.contacts.get(contact_id)
    match draft.operator(operator_id).status:
        case Talking(contact_id=talking) | WrappingUp(contact_id=talking) if talking == contact_id:
            return
        case Ringing(offer_id=offer_id, contact_id=ringing) if ringing == contact_id:
            _take(draft, contact_id, operator_id, offer_id)
        case _ if contact and (asked_id := contact.asked.last.get(operator_id)):
            _accept_late(draft, contact_id, contact, operator_id, asked_id)
        case _:
            raise Refused("OFFER_GONE", f"{contact_id!r} is not offered to {operator_id!r}")


def _accept_late(
    draft: Draft, contact_id: str, contact: Contact, operator_id: str, offer_id: str
) -> None:
    """The module's docstring says why."""
    operator = draft.pool.operators[operator_id]
    if isinstance(contact, Taken) or isinstance(operator.status, Talking):
        withdrawn = OfferWithdrawn(
            offer_id=offer_id, contact_id=contact_id, operator_id=operator_id
        )
        draft.add(withdrawn)
        return
    freed = [contact.operator_id] if isinstance(contact, Offered) else []
    if isinstance(operator.status, Ringing):
        freed.append(operator_id)
    returned = [_withdraw(draft, other_id) for other_id in freed]
    _take(draft, contact_id, operator_id, offer_id)
    for other_id in returned:
        draft.match_contact(other_id)
    for other_id in freed:
        draft.match_operator(other_id)


def _decline(draft: Draft, command: DeclineOffer) -> None:
    contact_id, operator_id = command.contact_id, command.operator_id
    match draft.operator(operator_id).status:
        case (
            Ringing(offer_id=offer_id, contact_id=present)
            | Talking(offer_id=offer_id, contact_id=present)
        ) if present == contact_id:
            draft.add(
                OfferDeclined(
                    offer_id=offer_id,
                    contact_id=contact_id,
                    operator_id=operator_id,
                    failure=command.failure,
                    since=draft.now,
                )
            )
            draft.match_contact(contact_id)
        case _:
            return


def _lapse_offer(draft: Draft, contact_id: str, operator_id: str) -> None:
    match draft.operator(operator_id).status:
        case Ringing(offer_id=offer_id, contact_id=ringing, respond_by=limit) if (
            ringing == contact_id and limit <= draft.now
        ):
            lapsed = OfferLapsed(offer_id=offer_id, contact_id=contact_id, operator_id=operator_id)
            draft.add(lapsed)
            draft.match_contact(contact_id)
        case _:
            return


def _end(draft: Draft, contact_id: str) -> None:
    match draft.pool.contacts.get(contact_id):
        case None if contact_id in draft.pool.departed:
            return
        case None:
            draft.add(ContactLeft(contact_id=contact_id, left_at=draft.now))
        case Waiting():
            _abandon(draft, contact_id)
        case Offered(operator_id=operator_id):
            _withdraw(draft, operator_id)
            _abandon(draft, contact_id)
            draft.match_operator(operator_id)
        case Taken(operator_id=operator_id):
            _start_wrap_up(draft, contact_id, operator_id)


def _release(draft: Draft, contact_id: str, operator_id: str) -> None:
    """An enquiry closes only after its operator's talk: one that is released is over, too."""
    match draft.operator(operator_id).status:
        case Talking(contact_id=talking) if talking == contact_id:
            _start_wrap_up(draft, contact_id, operator_id)
        case WrappingUp(contact_id=present) if present == contact_id:
            pass
        case _:
            return
    _set_free(draft, contact_id, operator_id, ReleaseReason.COMPLETED)


def _lapse_wrap_up(draft: Draft, contact_id: str, operator_id: str) -> None:
    match draft.operator(operator_id).status:
        case WrappingUp(contact_id=present, release_by=limit) if (
            present == contact_id and limit <= draft.now
        ):
            _set_free(draft, contact_id, operator_id, ReleaseReason.LAPSED)
        case _:
            return


def _take(draft: Draft, contact_id: str, operator_id: str, offer_id: str) -> None:
    waited = draft.now - draft.pool.contacts[contact_id].wish.queued_at
    draft.add(
        OfferAccepted(
            offer_id=offer_id,
            contact_id=contact_id,
            operator_id=operator_id,
            waited_ms=milliseconds(waited),
        )
    )


def _withdraw(draft: Draft, operator_id: str) -> str:
    """Takes back the offer that rings at an operator; returns its contact."""
    ringing = draft.pool.operators[operator_id].status
    assert isinstance(ringing, Ringing), f"nothing rings at {operator_id!r}"
    draft.add(
        OfferWithdrawn(
            offer_id=ringing.offer_id, contact_id=ringing.contact_id, operator_id=operator_id
        )
    )
    return ringing.contact_id


def _abandon(draft: Draft, contact_id: str) -> None:
    wish = draft.pool.contacts[contact_id].wish
    draft.add(
        ContactAbandoned(
            contact_id=contact_id,
            queue_id=wish.queue_id,
            waited_ms=milliseconds(draft.now - wish.queued_at),
        )
    )


def _start_wrap_up(draft: Draft, contact_id: str, operator_id: str) -> None:
    draft.add(
        WrapUpStarted(
            contact_id=contact_id,
            operator_id=operator_id,
            release_by=draft.now + draft.limits.wrap_up,
            since=draft.now,
        )
    )


def _set_free(draft: Draft, contact_id: str, operator_id: str, reason: ReleaseReason) -> None:
    draft.add(
        OperatorReleased(
            contact_id=contact_id, operator_id=operator_id, reason=reason, since=draft.now
        )
    )
    draft.match_operator(operator_id)


def _set(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(set(names)))


def pool_decider(limits: Limits) -> Decider[Pool, Command, PoolEvent]:
    """The decider of `routing.pool` under these limits."""

    def limited(pool: Pool, command: Command, now: datetime) -> Sequence[PoolEvent]:
        return decide(limits, pool, command, now)

    return Decider(
        stream=STREAM,
        initial=Pool(),
        decide=limited,
        evolve=evolve,
        deadline=deadline,
        events=EVENTS,
        about=about,
    )


POOL = pool_decider(Limits())
