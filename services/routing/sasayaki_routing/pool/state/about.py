"""Whom an event of a pool concerns."""

from sasayaki.routing.v1.pool_events import (
    ContactLeft,
    ContactQueued,
    OperatorPut,
    OperatorReleased,
    OperatorStateSet,
    PoolEvent,
    QueuePut,
    TransferRefused,
)
from sasayaki_chassis.decider import About
from sasayaki_routing.pool.state.states import Pool, WrappingUp


def about(pool: Pool, event: PoolEvent) -> About:
    """The contact and client company of an event: one decision may concern several of each."""
    match event:
        case OperatorPut() | OperatorStateSet() | QueuePut():
            return About()
        case ContactQueued(contact_id=contact_id, client_id=client_id):
            return About(client_id, contact_id)
        case ContactLeft(contact_id=contact_id) | TransferRefused(contact_id=contact_id):
            contact = pool.contacts.get(contact_id)
            return About(contact.wish.client_id if contact else None, contact_id)
        case OperatorReleased(contact_id=contact_id, operator_id=operator_id):
            match pool.operators[operator_id].status:
                case WrappingUp(client_id=client_id):
                    return About(client_id, contact_id)
                case _:
                    return About(correlation_id=contact_id)
        case _:
            return About(pool.contacts[event.contact_id].wish.client_id, event.contact_id)
