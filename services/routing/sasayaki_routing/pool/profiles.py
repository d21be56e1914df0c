"""Decisions about operators' profiles and states, and about queues."""

from datetime import timedelta

from sasayaki.routing.v1.pool_events import (
    OperatorPut,
    OperatorState,
    OperatorStateSet,
    QueuePut,
)
from sasayaki.routing.v1.pool_events import Ring as RingPut
from sasayaki_chassis.decider import Refused
from sasayaki_routing.matching.fit import LEVEL_USUAL
from sasayaki_routing.pool.commands import PutOperator, PutQueue, SetState
from sasayaki_routing.pool.draft import Draft
from sasayaki_routing.pool.state.evolve import evolve
from sasayaki_routing.pool.state.states import (
    Away,
    Off,
    Ready,
    Reserved,
    Ringing,
    Talking,
)
from sasayaki_routing.pool.steps import sorted_set

OPERATORS_MOST = 5_000
QUEUES_MOST = 1_000
MS = timedelta(milliseconds=1)


def put(draft: Draft, command: PutOperator) -> None:
    known = draft.pool.operators.get(command.operator_id)
    if known is None and len(draft.pool.operators) >= OPERATORS_MOST:
        raise Refused("POOL_FULL", f"{OPERATORS_MOST} operators are in the pool")
    levels = dict(zip(command.skills, command.levels, strict=True)) if command.levels else {}
    skills = sorted_set(command.skills)
    put = OperatorPut(
        operator_id=command.operator_id,
        team_id=command.team_id,
        skills=skills,
        client_ids=sorted_set(command.client_ids),
        skill_levels=tuple(levels.get(skill, LEVEL_USUAL) for skill in skills) if levels else (),
    )
    if known is None or evolve(draft.pool, put) != draft.pool:
        draft.add(put)
        draft.match_operator(command.operator_id)


def put_queue(draft: Draft, command: PutQueue) -> None:
    known = command.queue_id in draft.pool.queues
    if not known and len(draft.pool.queues) >= QUEUES_MOST:
        raise Refused("POOL_FULL", f"{QUEUES_MOST} queues are in the pool")
    put = QueuePut(
        queue_id=command.queue_id,
        rings=tuple(
            RingPut(
                after_ms=ring.after // MS,
                level_least=ring.level_least,
                team_ids=sorted_set(ring.team_ids),
                overflow=ring.overflow,
            )
            for ring in command.rings
        ),
        tell_every_ms=command.tell_every_ms,
        service_ms=command.service_ms,
        raise_after_ms=command.raise_after_ms,
        callback_attempts_most=command.callback_attempts_most,
        callback_pause_ms=command.callback_pause_ms,
        label_ja=command.label_ja or None,
        label_en=command.label_en or None,
    )
    draft.add(put)
    # Other rings may let in who was left out so far.
    waiting = [
        contact_id
        for contact_id, contact in draft.pool.contacts.items()
        if contact.wish.queue_id == command.queue_id
    ]
    waiting.sort(key=lambda contact_id: (draft.pool.contacts[contact_id].wish.rank, contact_id))
    draft.match_all(waiting, ())


def set_state(draft: Draft, command: SetState) -> None:
    state, reason = command.state, command.reason
    match draft.operator(command.operator_id).status, state:
        case Ringing() | Talking() | Reserved(), _:
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
