"""Operators' profiles and states, and queues."""

import re
from datetime import timedelta

from sasayaki.routing.v1 import pool_events_pb2 as wire
from sasayaki.routing.v1 import routing_service_pb2 as pb
from sasayaki.routing.v1.pool_events import OperatorState
from sasayaki_chassis.decider import Refused
from sasayaki_chassis.fields import Check, InvalidField, an_id, between, require, text
from sasayaki_chassis.rpc import Context, Rights, caller, refusals
from sasayaki_routing.matching.fit import LEVEL_MOST, Ring
from sasayaki_routing.methods.asking import (
    ADMINS,
    CODES,
    OPERATOR,
    QUEUE,
    SERVICE,
    SKILL,
    SKILLS_MOST,
    Asking,
    each,
    one_of,
)
from sasayaki_routing.pool.commands import PutOperator, PutQueue, SetState
from sasayaki_routing.pool.state.states import MISSED

DESKS = frozenset(("operator", "supervisor", "manager"))
RIGHTS: Rights = {
    f"{SERVICE}PutOperator": ADMINS,
    f"{SERVICE}PutQueue": ADMINS,
    f"{SERVICE}SetOperatorState": DESKS,
}
CLIENTS_MOST = 200
RINGS_MOST = 8
TEAMS_MOST = 50
DAY_MS = 24 * 3_600_000
SERVICE_MS_USUAL = 20_000
ATTEMPTS_USUAL = 3
ATTEMPTS_MOST = 10
PAUSE_MS_USUAL = 600_000

TEAM = text(least=0, most=128)
LABEL = text(least=0, most=200)
FREE_STATE = one_of(
    OperatorState.OFF, OperatorState.READY, OperatorState.AWAY, of=wire.OperatorState
)
# Words for an absence: letters and digits of any script, spaces and hyphens between them.
WORD = re.compile(r"\w[\w \-]*")
WORD_CHARACTERS_MOST = 40


def word(value: str) -> str | None:
    """A free word for an absence, or nothing; nobody says of themselves that they missed a call."""
    if not value:
        return None
    if value == MISSED:
        return f"not {MISSED!r}: that is said of whose phone was not picked up"
    fits = len(value) <= WORD_CHARACTERS_MOST and WORD.fullmatch(value)
    return None if fits else f"letters, digits, spaces and hyphens, {WORD_CHARACTERS_MOST} at most"


class ProfileMethods(Asking):
    async def PutOperator(
        self, request: pb.PutOperatorRequest, context: Context
    ) -> pb.PutOperatorResponse:
        async with refusals(context, CODES):
            require(
                request,
                operator_id=OPERATOR,
                team_id=TEAM,
                skills=each(SKILL, SKILLS_MOST),
                client_ids=each(an_id("cli"), CLIENTS_MOST),
                skill_levels=each(between(1, LEVEL_MOST), SKILLS_MOST),
            )
            if len(request.skill_levels) not in (0, len(request.skills)):
                raise InvalidField("skill_levels", "none, or one for each of `skills`")
            command = PutOperator(
                operator_id=request.operator_id,
                team_id=request.team_id,
                skills=tuple(request.skills),
                client_ids=tuple(request.client_ids),
                levels=tuple(request.skill_levels),
            )
            await self._ask(request, command)
        return pb.PutOperatorResponse()

    async def PutQueue(self, request: pb.PutQueueRequest, context: Context) -> pb.PutQueueResponse:
        async with refusals(context, CODES):
            require(
                request,
                queue_id=QUEUE,
                tell_every_ms=_zero_or(between(5_000, 600_000)),
                service_ms=between(0, DAY_MS),
                raise_after_ms=between(0, DAY_MS),
                callback_attempts_most=between(0, ATTEMPTS_MOST),
                callback_pause_ms=between(0, DAY_MS),
                label_ja=LABEL,
                label_en=LABEL,
            )
            command = PutQueue(
                queue_id=request.queue_id,
                rings=_rings(request),
                tell_every_ms=request.tell_every_ms,
                service_ms=request.service_ms or SERVICE_MS_USUAL,
                raise_after_ms=request.raise_after_ms,
                callback_attempts_most=request.callback_attempts_most or ATTEMPTS_USUAL,
                callback_pause_ms=request.callback_pause_ms or PAUSE_MS_USUAL,
                label_ja=request.label_ja,
                label_en=request.label_en,
            )
            await self._ask(request, command)
        return pb.PutQueueResponse()

    async def SetOperatorState(
        self, request: pb.SetOperatorStateRequest, context: Context
    ) -> pb.SetOperatorStateResponse:
        async with refusals(context, CODES):
            require(
                request,
                operator_id=an_id("usr", optional=True),
                state=FREE_STATE,
                reason=word,
            )
            who = caller()
            operator_id = request.operator_id or who.user_id
            if who.role == "operator" and operator_id != who.user_id:
                raise Refused("NOT_PERMITTED", "an operator sets their own state only")
            state = OperatorState(wire.OperatorState.Name(request.state))
            await self._ask(request, SetState(operator_id, state, request.reason))
        return pb.SetOperatorStateResponse()


def _zero_or(check: Check) -> Check:
    return lambda value: None if value == 0 else check(value)


def _rings(request: pb.PutQueueRequest) -> tuple[Ring, ...]:
    """The rings of a request; raises InvalidField that names the ring at fault."""
    if len(request.rings) > RINGS_MOST:
        raise InvalidField("rings", f"{RINGS_MOST} at most, not {len(request.rings)}")
    before_ms = -1
    for place, ring in enumerate(request.rings):
        if place == 0 and ring.after_ms != 0:
            raise InvalidField("rings[0].after_ms", f"0, not {ring.after_ms}")
        if not before_ms < ring.after_ms <= DAY_MS:
            raise InvalidField(f"rings[{place}].after_ms", f"more than {before_ms}, a day at most")
        if ring.level_least > LEVEL_MOST:
            raise InvalidField(f"rings[{place}].level_least", f"{LEVEL_MOST} at most")
        if fault := each(text(most=128), TEAMS_MOST)(ring.team_ids):
            raise InvalidField(f"rings[{place}].team_ids", fault)
        before_ms = ring.after_ms
    return tuple(
        Ring(
            after=timedelta(milliseconds=ring.after_ms),
            level_least=ring.level_least,
            team_ids=frozenset(ring.team_ids),
            overflow=ring.overflow,
        )
        for ring in request.rings
    )
