"""The pool after each event."""

from dataclasses import replace
from datetime import timedelta
from typing import assert_never

from sasayaki.routing.v1.pool_events import (
    CallbackAsked,
    CallbackDone,
    CallbackDue,
    CallbackFailed,
    CallbackPlaced,
    ConsultAccepted,
    ConsultAsked,
    ConsultEnded,
    ContactAbandoned,
    ContactLeft,
    ContactQueued,
    ContactTransferred,
    OfferAccepted,
    OfferDeclined,
    OfferKind,
    OfferLapsed,
    OfferMade,
    OfferWithdrawn,
    OperatorPut,
    OperatorReleased,
    OperatorState,
    OperatorStateSet,
    PoolEvent,
    PriorityRaised,
    QueuePut,
    RingReached,
    TransferRefused,
    WaitTold,
    WrapUpStarted,
)
from sasayaki_routing.matching.fit import LEVEL_USUAL, Profile, Queue, Ring, Wish
from sasayaki_routing.pool.state.callbacks import evolve_callback
from sasayaki_routing.pool.state.moves import after, departed, moved, placed, returned
from sasayaki_routing.pool.state.states import (
    MISSED,
    NOBODY_YET,
    WAITS_KEPT,
    Away,
    Called,
    CalledBack,
    Calling,
    Consulting,
    HangingUp,
    Off,
    Offered,
    Operator,
    Pool,
    Progress,
    Ready,
    Reserved,
    Ringing,
    Sought,
    Status,
    Taken,
    Talking,
    ToCall,
    Waiting,
    WrappingUp,
)
from sasayaki_routing.pool.state.talks import evolve_talk


def evolve(pool: Pool, event: PoolEvent) -> Pool:
    match event:
        case OperatorPut():
            return _put(pool, event)
        case QueuePut():
            return _queue_put(pool, event)
        case OperatorStateSet(operator_id=operator_id):
            return moved(pool, operator_id, _chosen(event))
        case ContactQueued():
            return _queued(pool, event)
        case RingReached() | PriorityRaised() | WaitTold():
            return _progressed(pool, event)
        case OfferMade():
            return _offered(pool, event)
        case OfferAccepted():
            return _accepted(pool, event)
        case OfferDeclined(operator_id=operator_id, contact_id=contact_id, since=since):
            away = moved(pool, operator_id, Away(since, MISSED))
            return returned(away, contact_id, missed_by=operator_id)
        case OfferLapsed(operator_id=operator_id, contact_id=contact_id):
            away = moved(pool, operator_id, Away(pool.due[operator_id], MISSED))
            return returned(away, contact_id, missed_by=operator_id)
        case OfferWithdrawn():
            return _withdrawn(pool, event)
        case ContactAbandoned(contact_id=contact_id, waited_ms=waited_ms):
            since = pool.contacts[contact_id].progress.since
            return departed(pool, contact_id, after(since, waited_ms))
        case ContactLeft():
            return _left(pool, event)
        case ContactTransferred() | ConsultAsked() | ConsultAccepted() | ConsultEnded():
            return evolve_talk(pool, event)
        case CallbackAsked() | CallbackDue() | CallbackPlaced() | CallbackFailed() | CallbackDone():
            return evolve_callback(pool, event)
        case TransferRefused():
            return pool
        case WrapUpStarted():
            return _wrap_up(pool, event)
        case OperatorReleased(operator_id=operator_id, since=since):
            return moved(pool, operator_id, Ready(since))
        case _:
            assert_never(event)


def _put(pool: Pool, put: OperatorPut) -> Pool:
    known = pool.operators.get(put.operator_id)
    # Those who were put before there were levels have none.
    levels = put.skill_levels or (LEVEL_USUAL,) * len(put.skills)
    profile = Profile(
        put.team_id, dict(zip(put.skills, levels, strict=True)), frozenset(put.client_ids)
    )
    operator = Operator(put.operator_id, profile, known.status if known else Off())
    return replace(pool, operators={**pool.operators, put.operator_id: operator})


def _queue_put(pool: Pool, put: QueuePut) -> Pool:
    queue = Queue(
        rings=tuple(
            Ring(
                after=timedelta(milliseconds=ring.after_ms),
                level_least=ring.level_least,
                team_ids=frozenset(ring.team_ids),
                overflow=ring.overflow,
            )
            for ring in put.rings
        )
        or (Ring(),),
        tell_every=timedelta(milliseconds=put.tell_every_ms),
        raise_after=timedelta(milliseconds=put.raise_after_ms),
        callback_attempts_most=put.callback_attempts_most,
        callback_pause=timedelta(milliseconds=put.callback_pause_ms),
        label_ja=put.label_ja or "",
        label_en=put.label_en or "",
    )
    pool = replace(pool, queues={**pool.queues, put.queue_id: queue})
    for contact_id, contact in tuple(pool.contacts.items()):
        if contact.wish.queue_id == put.queue_id:
            pool = placed(pool, contact_id, contact)  # its next instant may be another
    return pool


def _chosen(event: OperatorStateSet) -> Status:
    match event.state:
        case OperatorState.READY:
            return Ready(event.since)
        case OperatorState.AWAY:
            return Away(event.since, event.reason)
        case _:
            return Off(event.since)


def _queued(pool: Pool, queued: ContactQueued) -> Pool:
    wish = Wish(
        client_id=queued.client_id,
        queue_id=queued.queue_id,
        skills=frozenset(queued.required_skills),
        priority=queued.priority,
        queued_at=queued.queued_at,
        only_operator_id=queued.only_operator_id or "",
        preferred_operator_id=queued.preferred_operator_id or "",
    )
    progress = Progress(
        since=queued.queued_at,
        ring=NOBODY_YET if wish.only_operator_id else 0,
        only_until=queued.only_until,
    )
    pool = placed(pool, queued.contact_id, Waiting(wish, progress))
    previous = pool.contacts.get(queued.previous_contact_id or "")
    match previous:
        case Calling(attempt=attempt) | ToCall(attempt=attempt):
            back = CalledBack(
                previous.wish, previous.progress, previous.asked, attempt, queued.contact_id
            )
            previous_id = queued.previous_contact_id or ""
            recalls = {**pool.recalls, queued.contact_id: previous_id}
            return placed(replace(pool, recalls=recalls), previous_id, back)
        case _:
            return pool


def _progressed(pool: Pool, event: RingReached | PriorityRaised | WaitTold) -> Pool:
    contact = pool.contacts[event.contact_id]
    wish, progress = contact.wish, contact.progress
    match event:
        case RingReached(ring=ring):
            progress = replace(progress, ring=ring, only_until=None)
        case PriorityRaised(priority=priority):
            wish, progress = replace(wish, priority=priority), replace(progress, raised=True)
        case WaitTold(next_at=next_at):
            progress = replace(progress, tell_at=next_at)
    return placed(pool, event.contact_id, replace(contact, wish=wish, progress=progress))


def _offered(pool: Pool, made: OfferMade) -> Pool:
    operator_id = made.operator_id
    match pool.operators[operator_id].status:
        case Ready(since=ready_since) | Reserved(ready_since=ready_since):
            pass
        case other:
            raise AssertionError(f"an offer to {operator_id!r} who is {other!r}")
    contact = pool.contacts[made.contact_id]
    ringing = Ringing(
        offer_id=made.offer_id,
        contact_id=made.contact_id,
        since=after(ready_since, made.idle_ms),
        respond_by=made.respond_by,
        ready_since=ready_since,
        kind=made.kind or OfferKind.CONTACT,
    )
    asked = contact.asked.plus(operator_id, made.offer_id)
    rung = moved(pool, operator_id, ringing)
    match contact:
        case Consulting(consult=Sought(wish=wish, until=until)):
            called = replace(contact, asked=asked, consult=Called(wish, until, operator_id))
            return placed(rung, made.contact_id, called)
        case _:
            offered = Offered(contact.wish, contact.progress, asked, operator_id)
            return placed(rung, made.contact_id, offered)


def _accepted(pool: Pool, accepted: OfferAccepted) -> Pool:
    contact_id, operator_id = accepted.contact_id, accepted.operator_id
    contact = pool.contacts[contact_id]
    talking = Talking(
        offer_id=accepted.offer_id,
        contact_id=contact_id,
        since=after(contact.progress.since, accepted.waited_ms),
    )
    match pool.operators[operator_id].status:
        # Who was offered at once has not waited in line: no measure for those who do.
        case Ringing(since=since) if since > contact.progress.since:
            pool = _waited(pool, contact.wish.queue_id, accepted.waited_ms)
        case _:
            pass
    taken = Taken(contact.wish, contact.progress, contact.asked, operator_id)
    return placed(moved(pool, operator_id, talking), contact_id, taken)


def _waited(pool: Pool, queue_id: str, waited_ms: int) -> Pool:
    last = (*pool.waits.get(queue_id, ()), waited_ms)[-WAITS_KEPT:]
    return replace(pool, waits={**pool.waits, queue_id: last})


def _withdrawn(pool: Pool, withdrawn: OfferWithdrawn) -> Pool:
    """Undoes the offer if it rings; a withdrawal that only ends a leg moves nobody."""
    match pool.operators[withdrawn.operator_id].status:
        case Ringing(offer_id=offer_id, ready_since=since) if offer_id == withdrawn.offer_id:
            ready = moved(pool, withdrawn.operator_id, Ready(since))
            return returned(ready, withdrawn.contact_id)
        case _:
            return pool


def _left(pool: Pool, left: ContactLeft) -> Pool:
    match pool.contacts.get(left.contact_id):
        case HangingUp(wish=wish, progress=progress, asked=asked):
            return placed(pool, left.contact_id, ToCall(wish, progress, asked, 0))
        case _:
            return departed(pool, left.contact_id, left.left_at)


def _wrap_up(pool: Pool, started: WrapUpStarted) -> Pool:
    """One who has given the customer away leaves the contact to others."""
    contact = pool.contacts[started.contact_id]
    wrapping_up = WrappingUp(
        started.contact_id, contact.wish.client_id, started.since, started.release_by
    )
    pool = moved(pool, started.operator_id, wrapping_up)
    match contact:
        case Taken(operator_id=operator_id) if operator_id == started.operator_id:
            return departed(pool, started.contact_id, started.since)
        case _:
            return pool
