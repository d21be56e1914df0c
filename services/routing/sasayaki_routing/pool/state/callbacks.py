"""What the events of a callback make of a pool."""

from dataclasses import replace
from typing import TypeAlias, assert_never

from sasayaki.routing.v1.pool_events import (
    CallbackAsked,
    CallbackDone,
    CallbackDue,
    CallbackFailed,
    CallbackPlaced,
)
from sasayaki_routing.pool.state.moves import after, departed, moved, placed, without
from sasayaki_routing.pool.state.states import (
    NOBODY_YET,
    CalledBack,
    Calling,
    HangingUp,
    Pool,
    Progress,
    Ready,
    Reserved,
    ToCall,
)

CallbackEvent: TypeAlias = (
    CallbackAsked | CallbackDue | CallbackPlaced | CallbackFailed | CallbackDone
)


def evolve_callback(pool: Pool, event: CallbackEvent) -> Pool:
    contact = pool.contacts[event.contact_id]
    match event:
        case CallbackAsked(contact_id=contact_id, call_by=call_by):
            wish = replace(contact.wish, only_operator_id="")
            progress = replace(
                contact.progress,
                ring=max(0, contact.progress.ring),
                only_until=None,
                call_by=call_by,
            )
            return placed(pool, contact_id, HangingUp(wish, progress, contact.asked))
        case CallbackDue(contact_id=contact_id):
            calling = Calling(
                contact.wish, contact.progress, contact.asked, event.attempt, event.operator_id
            )
            return placed(_reserved(pool, event), contact_id, calling)
        case CallbackPlaced(contact_id=contact_id, new_contact_id=new_id):
            assert isinstance(contact, Calling), f"{contact_id!r} is not being called back"
            recalls = {**pool.recalls, new_id: contact_id}
            called = replace(contact, new_contact_id=new_id)
            return placed(replace(pool, recalls=recalls), contact_id, called)
        case CallbackFailed():
            return _failed(pool, event)
        case CallbackDone(contact_id=contact_id, new_contact_id=new_id):
            rest = replace(pool, recalls=without(pool.recalls, new_id))
            return departed(rest, contact_id, contact.progress.since)
        case _:
            assert_never(event)


def _reserved(pool: Pool, due: CallbackDue) -> Pool:
    ready_since = pool.operators[due.operator_id].ready_since
    assert ready_since is not None, f"{due.operator_id!r} is reserved and is not ready"
    idle_ms = next((one.idle_ms for one in due.considered if one.operator_id == due.operator_id), 0)
    reserved = Reserved(
        contact_id=due.contact_id,
        since=after(ready_since, idle_ms),
        respond_by=due.respond_by,
        ready_since=ready_since,
    )
    return moved(pool, due.operator_id, reserved)


def _failed(pool: Pool, failed: CallbackFailed) -> Pool:
    contact_id = failed.contact_id
    contact = pool.contacts[contact_id]
    match contact:
        case Calling(new_contact_id=new_id) | CalledBack(new_contact_id=new_id):
            pool = replace(pool, recalls=without(pool.recalls, new_id))
        case _:
            pass
    if failed.operator_id:
        match pool.operators[failed.operator_id].status:
            case Reserved(contact_id=reserved) if reserved == contact_id:
                pool = moved(pool, failed.operator_id, Ready(failed.since))
            case _:
                pass
    if failed.retry_at is None:
        return departed(pool, contact_id, failed.since)
    progress = Progress(
        since=failed.retry_at,
        ring=NOBODY_YET,
        raised=contact.progress.raised,
        only_until=failed.retry_at,
        call_by=contact.progress.call_by,
    )
    again = ToCall(contact.wish, progress, contact.asked, failed.attempt)
    return placed(pool, contact_id, again)
