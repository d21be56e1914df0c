"""Decisions about giving a customer away and asking a colleague."""

from dataclasses import replace
from typing import TypeAlias, assert_never

from sasayaki.routing.v1.pool_events import (
    ConsultAsked,
    ContactTransferred,
    PriorityRaised,
    TransferKind,
    TransferRefused,
)
from sasayaki_chassis.decider import Refused
from sasayaki_routing.pool.commands import (
    CompleteTransfer,
    ConsultOperator,
    EndConsult,
    Target,
    TransferContact,
)
from sasayaki_routing.pool.draft import Draft
from sasayaki_routing.pool.state.states import Consulting, Joined, Taken
from sasayaki_routing.pool.state.talks import FIRST
from sasayaki_routing.pool.steps import end_consult, hand_over, sorted_set, start_wrap_up

TransferCommand: TypeAlias = TransferContact | ConsultOperator | CompleteTransfer | EndConsult


def decide(draft: Draft, command: TransferCommand) -> None:
    match command:
        case TransferContact(by_phone=True) | CompleteTransfer(by_phone=True):
            _by_phone(draft, command)
        case TransferContact(contact_id=contact_id, operator_id=operator_id, target=target):
            _transfer(draft, contact_id, _own(draft, contact_id, operator_id), target)
        case ConsultOperator(contact_id=contact_id, operator_id=operator_id, target=target):
            _consult(draft, contact_id, _own(draft, contact_id, operator_id), target)
        case CompleteTransfer(contact_id=contact_id, operator_id=operator_id):
            _complete(draft, contact_id, _own(draft, contact_id, operator_id))
        case EndConsult(contact_id=contact_id, operator_id=operator_id):
            _end_consult(draft, contact_id, operator_id)
        case _:
            assert_never(command)


def _by_phone(draft: Draft, command: TransferContact | CompleteTransfer) -> None:
    try:
        decide(draft, replace(command, by_phone=False))
    except Refused as refused:
        # Whatever is refused is so before anything is decided.
        draft.add(
            TransferRefused(
                contact_id=command.contact_id,
                operator_id=command.operator_id,
                reason=refused.reason,
            )
        )


def _own(draft: Draft, contact_id: str, operator_id: str) -> str:
    """The operator whose customer it is; refuses anybody else."""
    match draft.pool.contacts.get(contact_id):
        case Taken(operator_id=owner) | Consulting(operator_id=owner) if operator_id in ("", owner):
            return owner
        case _:
            raise Refused("NOT_TALKING", f"{operator_id!r} does not talk with {contact_id!r}")


def _transfer(draft: Draft, contact_id: str, operator_id: str, target: Target) -> None:
    _require(draft, contact_id, operator_id, target)
    freed = end_consult(draft, contact_id)
    wish = draft.pool.contacts[contact_id].wish
    person = target.operator_id
    # Given to a person, the customer's own queue is where they are left if that one doesn't come.
    skills = wish.skills if person else target.required_skills
    draft.add(
        ContactTransferred(
            contact_id=contact_id,
            operator_id=operator_id,
            kind=TransferKind.BLIND,
            queue_id=wish.queue_id if person else target.queue_id,
            to_operator_id=person,
            required_skills=sorted_set(skills),
            since=draft.now,
            only_until=draft.now + draft.limits.person if person else None,
        )
    )
    if wish.priority < FIRST:
        # Whoever has talked already goes before those who have not.
        draft.add(PriorityRaised(contact_id=contact_id, priority=FIRST))
    start_wrap_up(draft, contact_id, operator_id)
    draft.match_all((contact_id,), freed)


def _consult(draft: Draft, contact_id: str, operator_id: str, target: Target) -> None:
    if isinstance(draft.pool.contacts[contact_id], Consulting):
        raise Refused("CONSULTING", f"{operator_id!r} consults a colleague already")
    _require(draft, contact_id, operator_id, target)
    draft.add(
        ConsultAsked(
            contact_id=contact_id,
            operator_id=operator_id,
            queue_id=target.queue_id,
            to_operator_id=target.operator_id,
            required_skills=sorted_set(target.required_skills),
            asked_at=draft.now,
            seek_until=draft.now + draft.limits.seek,
        )
    )
    draft.match_contact(contact_id)


def _complete(draft: Draft, contact_id: str, operator_id: str) -> None:
    match draft.pool.contacts[contact_id]:
        case Consulting(consult=Joined(operator_id=second)):
            hand_over(draft, contact_id, operator_id, second)
        case _:
            raise Refused("NOT_CONSULTING", f"no colleague talks with {operator_id!r} yet")


def _end_consult(draft: Draft, contact_id: str, operator_id: str) -> None:
    """Either of the two may end it."""
    match draft.pool.contacts.get(contact_id):
        case Consulting(operator_id=first, consult=consult):
            second = consult.operator_id if isinstance(consult, Joined) else first
            if operator_id not in ("", first, second):
                raise Refused("NOT_TALKING", f"{operator_id!r} does not talk with {contact_id!r}")
            draft.match_all((), end_consult(draft, contact_id))
        case _:
            return


def _require(draft: Draft, contact_id: str, operator_id: str, target: Target) -> None:
    """The person that is named exists, is another one and serves the client company."""
    if not target.operator_id:
        return
    named = draft.operator(target.operator_id)
    if target.operator_id == operator_id:
        raise Refused("SAME_OPERATOR", f"{operator_id!r} has the customer already")
    client_id = draft.pool.contacts[contact_id].wish.client_id
    if client_id not in named.profile.client_ids:
        raise Refused("CLIENT_NOT_SERVED", f"{target.operator_id!r} does not serve {client_id!r}")
