"""RoutingService: who may ask what, and what a request has to look like."""

from collections.abc import AsyncIterator, Callable, Mapping
from datetime import datetime
from typing import Any, TypeAlias

import grpc

from sasayaki.routing.v1 import pool_events_pb2 as wire
from sasayaki.routing.v1 import routing_service_pb2 as pb
from sasayaki.routing.v1 import routing_service_pb2_grpc as rpc
from sasayaki.routing.v1.pool_events import OfferFailure, OfferMade, OperatorState, PoolEvent
from sasayaki_chassis.decider import Refused
from sasayaki_chassis.fields import Check, an_id, between, require, text
from sasayaki_chassis.owner import Owners
from sasayaki_chassis.rpc import Context, Rights, caller, meta, refusals
from sasayaki_routing.commands import (
    AcceptOffer,
    Command,
    DeclineOffer,
    EndContact,
    PutOperator,
    QueueContact,
    Release,
    SetState,
)
from sasayaki_routing.desk import Desk, Desks
from sasayaki_routing.pool_state import Pool

Pools: TypeAlias = Owners[Pool, Command, PoolEvent]

SERVICE = "/sasayaki.routing.v1.RoutingService/"
SKILLS_MOST = 50
CLIENTS_MOST = 200
ADMINS = frozenset(("admin",))
OPERATORS = frozenset(("operator",))
DESKS = frozenset(("operator", "supervisor", "manager"))
SERVICES = frozenset(("service",))

RIGHTS: Rights = {
    f"{SERVICE}PutOperator": ADMINS,
    f"{SERVICE}SetOperatorState": DESKS,
    f"{SERVICE}QueueContact": SERVICES,
    f"{SERVICE}AcceptOffer": SERVICES,
    f"{SERVICE}DeclineOffer": SERVICES,
    f"{SERVICE}EndContact": SERVICES,
    f"{SERVICE}Release": SERVICES,
    f"{SERVICE}WatchDesk": OPERATORS,
}

CODES: Mapping[str, grpc.StatusCode] = {
    "UNKNOWN_OPERATOR": grpc.StatusCode.NOT_FOUND,
    "NOT_PERMITTED": grpc.StatusCode.PERMISSION_DENIED,
    "POOL_FULL": grpc.StatusCode.RESOURCE_EXHAUSTED,
}


def pool_id(tenant_id: str) -> str:
    """A tenant's only pool."""
    return f"pool_{tenant_id.removeprefix('out_')}"


def each(check: Check, most: int) -> Check:
    """`check` of every element of a list of `most` at most."""

    def check_all(values: Any) -> str | None:
        if len(values) > most:
            return f"{most} at most, not {len(values)}"
        return next((fault for value in values if (fault := check(value))), None)

    return check_all


def one_of(*names: str, of: Any) -> Check:
    """A value of a proto enum that is one of these."""
    values = {of.Value(name) for name in names}
    return lambda value: None if value in values else f"one of {', '.join(names)}"


CONTACT = an_id("con")
OPERATOR = an_id("usr")
SKILL = text(most=64)
FREE_STATE = one_of(
    OperatorState.OFF, OperatorState.READY, OperatorState.AWAY, of=wire.OperatorState
)
FAILURE = one_of(
    OfferFailure.REFUSED, OfferFailure.UNREACHABLE, OfferFailure.FAILED, of=wire.OfferFailure
)


class RoutingService(rpc.RoutingServiceServicer):
    """Each tenant has one pool; nobody sees or moves another tenant's."""

    def __init__(self, pools: Pools, desks: Desks, require_current: Callable[[], None]) -> None:
        """`require_current` raises Unavailable while the desks are behind."""
        self._pools = pools
        self._desks = desks
        self._require_current = require_current

    async def PutOperator(
        self, request: pb.PutOperatorRequest, context: Context
    ) -> pb.PutOperatorResponse:
        async with refusals(context, CODES):
            require(
                request,
                operator_id=OPERATOR,
                team_id=text(least=0, most=128),
                skills=each(SKILL, SKILLS_MOST),
                client_ids=each(an_id("cli"), CLIENTS_MOST),
            )
            command = PutOperator(
                operator_id=request.operator_id,
                team_id=request.team_id,
                skills=tuple(request.skills),
                client_ids=tuple(request.client_ids),
            )
            await self._ask(request, context, command)
        return pb.PutOperatorResponse()

    async def SetOperatorState(
        self, request: pb.SetOperatorStateRequest, context: Context
    ) -> pb.SetOperatorStateResponse:
        async with refusals(context, CODES):
            require(
                request,
                operator_id=an_id("usr", optional=True),
                state=FREE_STATE,
                reason=text(least=0, most=128),
            )
            who = caller(context)
            operator_id = request.operator_id or who.user_id
            if who.role == "operator" and operator_id != who.user_id:
                raise Refused("NOT_PERMITTED", "an operator sets their own state only")
            state = OperatorState(wire.OperatorState.Name(request.state))
            await self._ask(request, context, SetState(operator_id, state, request.reason))
        return pb.SetOperatorStateResponse()

    async def QueueContact(
        self, request: pb.QueueContactRequest, context: Context
    ) -> pb.QueueContactResponse:
        async with refusals(context, CODES):
            require(
                request,
                contact_id=CONTACT,
                client_id=an_id("cli"),
                queue_id=an_id("que"),
                required_skills=each(SKILL, SKILLS_MOST),
                priority=between(0, 9),
            )
            command = QueueContact(
                contact_id=request.contact_id,
                client_id=request.client_id,
                queue_id=request.queue_id,
                required_skills=tuple(request.required_skills),
                priority=request.priority,
            )
            events = await self._ask(request, context, command)
        offers = (event.offer_id for event in events if isinstance(event, OfferMade))
        return pb.QueueContactResponse(offer_id=next(offers, None))

    async def AcceptOffer(
        self, request: pb.AcceptOfferRequest, context: Context
    ) -> pb.AcceptOfferResponse:
        async with refusals(context, CODES):
            require(request, contact_id=CONTACT, operator_id=OPERATOR)
            command = AcceptOffer(request.contact_id, request.operator_id)
            await self._ask(request, context, command)
        return pb.AcceptOfferResponse()

    async def DeclineOffer(
        self, request: pb.DeclineOfferRequest, context: Context
    ) -> pb.DeclineOfferResponse:
        async with refusals(context, CODES):
            require(request, contact_id=CONTACT, operator_id=OPERATOR, failure=FAILURE)
            failure = OfferFailure(wire.OfferFailure.Name(request.failure))
            command = DeclineOffer(request.contact_id, request.operator_id, failure)
            await self._ask(request, context, command)
        return pb.DeclineOfferResponse()

    async def EndContact(
        self, request: pb.EndContactRequest, context: Context
    ) -> pb.EndContactResponse:
        async with refusals(context, CODES):
            require(request, contact_id=CONTACT)
            await self._ask(request, context, EndContact(request.contact_id))
        return pb.EndContactResponse()

    async def Release(self, request: pb.ReleaseRequest, context: Context) -> pb.ReleaseResponse:
        async with refusals(context, CODES):
            require(request, contact_id=CONTACT, operator_id=OPERATOR)
            command = Release(request.contact_id, request.operator_id)
            await self._ask(request, context, command)
        return pb.ReleaseResponse()

    async def WatchDesk(
        self, request: pb.WatchDeskRequest, context: Context
    ) -> AsyncIterator[pb.WatchDeskResponse]:
        # Whoever watched a replay would see old offers ring.
        self._require_current()
        who = caller(context)
        with self._desks.watch(pool_id(who.tenant_id), who.user_id) as watcher:
            async for desk in watcher.changes():
                yield _shown(desk)

    async def _ask(self, request: Any, context: Context, command: Command) -> tuple[PoolEvent, ...]:
        """Has the caller's pool decide; one stream for many callers, so ids are told apart."""
        who = caller(context)
        own = who.role == "service"
        asked = type(command).__name__
        return await self._pools.handle(
            pool_id(who.tenant_id),
            command,
            request_id=request.request_id if own else f"{who.user_id}/{asked}/{request.request_id}",
            meta=meta(context),
        )


def _shown(desk: Desk) -> pb.WatchDeskResponse:
    response = pb.WatchDeskResponse(
        operator_id=desk.operator_id,
        state=wire.OperatorState.Value(desk.state.value),
        contact_id=desk.contact_id,
        reason=desk.reason,
    )
    _stamp(desk.since, response.since.FromDatetime)
    _stamp(desk.respond_by, response.respond_by.FromDatetime)
    return response


def _stamp(instant: datetime | None, write: Callable[[datetime], None]) -> None:
    if instant is not None:
        write(instant)
