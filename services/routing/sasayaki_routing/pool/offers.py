"""Decisions about an offer: picked up, refused, unanswered.

**An acceptance after the lapse.** The operator picked up while the lapse was being decided: their
leg is told to hang up, yet they may be talking already. What the customer hears is the truth: such
an acceptance counts if the contact talks with nobody and the operator with nobody else (an offer
made to another in the meantime is withdrawn). Where it can't count, because the contact talks with
another, or the operator does or has given the customer away, `OfferWithdrawn` has the late leg hung
up. If the hang-up reached a leg that talked, `DeclineOffer` follows it and the contact waits again
in its old place. So whatever the node did first, pool and sound agree in the end.
"""

from sasayaki.routing.v1.pool_events import (
    CallbackDone,
    CallbackFailure,
    ConsultAccepted,
    OfferAccepted,
    OfferDeclined,
    OfferKind,
    OfferLapsed,
    OfferWithdrawn,
)
from sasayaki_chassis.decider import Refused
from sasayaki_routing.matching.choice import milliseconds
from sasayaki_routing.pool.commands import DeclineOffer
from sasayaki_routing.pool.draft import Draft
from sasayaki_routing.pool.state.states import (
    Consulting,
    Contact,
    Joined,
    Offered,
    Reserved,
    Ringing,
    Talking,
    Waiting,
    WrappingUp,
)
from sasayaki_routing.pool.steps import end_consult, fail_callback, hand_over, withdraw


def accept(draft: Draft, contact_id: str, operator_id: str) -> None:
    contact = draft.pool.contacts.get(contact_id)
    match draft.operator(operator_id).status:
        case Talking(contact_id=talking) | WrappingUp(contact_id=talking) if talking == contact_id:
            return
        case Ringing(offer_id=offer_id, contact_id=ringing, kind=kind) if ringing == contact_id:
            if kind is OfferKind.CONSULT:
                draft.add(
                    ConsultAccepted(
                        offer_id=offer_id,
                        contact_id=contact_id,
                        operator_id=operator_id,
                        since=draft.now,
                    )
                )
            else:
                _take(draft, contact_id, operator_id, offer_id)
        case _ if contact and (asked_id := contact.asked.last.get(operator_id)):
            _accept_late(draft, contact_id, contact, operator_id, asked_id)
        case _:
            raise Refused("OFFER_GONE", f"{contact_id!r} is not offered to {operator_id!r}")


def decline(draft: Draft, command: DeclineOffer) -> None:
    """The phone refused or failed, or a leg that talked was lost while the call goes on."""
    contact_id, operator_id = command.contact_id, command.operator_id
    match draft.operator(operator_id).status:
        case Ringing(contact_id=present) if present == contact_id:
            _give_up(draft, command)
            draft.seek_on(contact_id, operator_id)
        case Talking(contact_id=present, kind=kind) if present == contact_id:
            _lose(draft, command, kind)
        case _:
            return


def lapse(draft: Draft, contact_id: str, operator_id: str) -> None:
    match draft.operator(operator_id).status:
        case Ringing(offer_id=offer_id, contact_id=ringing, respond_by=limit) if (
            ringing == contact_id and limit <= draft.now
        ):
            lapsed = OfferLapsed(offer_id=offer_id, contact_id=contact_id, operator_id=operator_id)
            draft.add(lapsed)
            draft.seek_on(contact_id, operator_id)
        case Reserved(contact_id=reserved, respond_by=limit) if (
            reserved == contact_id and limit <= draft.now
        ):
            draft.match_all((), fail_callback(draft, contact_id, CallbackFailure.NO_ANSWER))
        case _:
            return


def _accept_late(
    draft: Draft, contact_id: str, contact: Contact, operator_id: str, offer_id: str
) -> None:
    """The module's docstring says why."""
    status = draft.pool.operators[operator_id].status
    gone = operator_id in contact.asked.gave or not isinstance(contact, Waiting | Offered)
    if gone or isinstance(status, Talking | Reserved):
        withdrawn = OfferWithdrawn(
            offer_id=offer_id, contact_id=contact_id, operator_id=operator_id
        )
        draft.add(withdrawn)
        return
    freed = [contact.operator_id] if isinstance(contact, Offered) else []
    if isinstance(status, Ringing):
        freed.append(operator_id)
    returned = [withdraw(draft, other_id) for other_id in freed]
    _take(draft, contact_id, operator_id, offer_id)
    draft.match_all(returned, freed)


def _take(draft: Draft, contact_id: str, operator_id: str, offer_id: str) -> None:
    waited = draft.now - draft.pool.contacts[contact_id].progress.since
    draft.add(
        OfferAccepted(
            offer_id=offer_id,
            contact_id=contact_id,
            operator_id=operator_id,
            waited_ms=milliseconds(waited),
        )
    )
    if previous_id := draft.pool.recalls.get(contact_id):
        draft.add(CallbackDone(contact_id=previous_id, new_contact_id=contact_id))


def _lose(draft: Draft, command: DeclineOffer, kind: OfferKind) -> None:
    """A leg that talked is gone and others go on."""
    contact_id, operator_id = command.contact_id, command.operator_id
    match draft.pool.contacts[contact_id]:
        case Consulting(consult=Joined(operator_id=second)) if kind is OfferKind.CONTACT:
            hand_over(draft, contact_id, operator_id, second)
        case _ if kind is OfferKind.CONSULT:
            draft.match_all((), end_consult(draft, contact_id))
        case _:
            freed = end_consult(draft, contact_id)
            _give_up(draft, command)
            draft.seek_on(contact_id, operator_id)
            draft.match_all((), freed)


def _give_up(draft: Draft, command: DeclineOffer) -> None:
    status = draft.pool.operators[command.operator_id].status
    assert isinstance(status, Ringing | Talking), f"{command.operator_id!r} was offered nothing"
    draft.add(
        OfferDeclined(
            offer_id=status.offer_id,
            contact_id=command.contact_id,
            operator_id=command.operator_id,
            failure=command.failure,
            since=draft.now,
        )
    )
