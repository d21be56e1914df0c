"""Decides who gets which contact: the stream `routing.pool`.

One aggregate holds the operators and the contacts that wait for them, so that offering a contact
and reserving its operator is one decision: nobody can be offered two. Whoever or whatever becomes
free is matched in the same decision, so between two decisions no contact waits beside a ready
operator who may be asked for it; only what has just changed needs to be looked at.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import assert_never

from sasayaki.routing.v1.pool_events import EVENTS, PoolEvent
from sasayaki_chassis.decider import Decider
from sasayaki_routing.pool import callbacks, contacts, offers, profiles, transfers, waits
from sasayaki_routing.pool.commands import (
    AcceptOffer,
    AdvanceWait,
    CallbackCalled,
    Command,
    CompleteTransfer,
    ConsultOperator,
    DeclineOffer,
    EndConsult,
    EndContact,
    FailCallback,
    LapseOffer,
    LapseWrapUp,
    PutOperator,
    PutQueue,
    QueueContact,
    Release,
    RequestCallback,
    SetState,
    TransferContact,
)
from sasayaki_routing.pool.draft import Draft, Limits
from sasayaki_routing.pool.state.about import about
from sasayaki_routing.pool.state.evolve import evolve
from sasayaki_routing.pool.state.states import Pool, Reserved, Ringing, WrappingUp

STREAM = "routing.pool"


def decide(limits: Limits, pool: Pool, command: Command, now: datetime) -> Sequence[PoolEvent]:
    """Every command by name; what is over already is not an error."""
    draft = Draft(pool, limits, now)
    match command:
        case PutOperator():
            profiles.put(draft, command)
        case PutQueue():
            profiles.put_queue(draft, command)
        case SetState():
            profiles.set_state(draft, command)
        case QueueContact():
            contacts.queue(draft, command)
        case AcceptOffer():
            offers.accept(draft, command.contact_id, command.operator_id)
        case DeclineOffer():
            offers.decline(draft, command)
        case LapseOffer():
            offers.lapse(draft, command.contact_id, command.operator_id)
        case EndContact():
            contacts.end(draft, command.contact_id)
        case Release():
            contacts.release(draft, command.contact_id, command.operator_id)
        case LapseWrapUp():
            contacts.lapse_wrap_up(draft, command.contact_id, command.operator_id)
        case AdvanceWait():
            waits.advance(draft, command.contact_id)
        case TransferContact() | ConsultOperator() | CompleteTransfer() | EndConsult():
            transfers.decide(draft, command)
        case RequestCallback() | CallbackCalled() | FailCallback():
            callbacks.decide(draft, command)
        case _:
            assert_never(command)
    return draft.events


def deadline(pool: Pool) -> tuple[datetime, Command] | None:
    """The offer, wrap-up or wait whose time is up first."""
    if not pool.due:
        return None
    at, key = min((at, key) for key, at in pool.due.items())
    operator = pool.operators.get(key)
    if operator is None:
        return at, AdvanceWait(key)
    match operator.status:
        case Ringing(contact_id=contact_id) | Reserved(contact_id=contact_id):
            return at, LapseOffer(contact_id, key)
        case WrappingUp(contact_id=contact_id):
            return at, LapseWrapUp(contact_id, key)
        case other:
            raise AssertionError(f"{key!r} is due while {other!r}")


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
