"""MonitoringService's supervisions: who may hear whom, and what a request has to look like."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import grpc

from sasayaki.media.v1 import call_events_pb2 as media_wire
from sasayaki.media.v1.call_events import SupervisionMode
from sasayaki.monitoring.v1 import monitoring_service_pb2 as pb
from sasayaki.monitoring.v1 import supervision_events_pb2 as wire
from sasayaki.monitoring.v1.supervision_events import Purpose, SupervisionEndReason
from sasayaki_chassis.decider import Refused
from sasayaki_chassis.fields import an_id, require
from sasayaki_chassis.ids import derived_id
from sasayaki_chassis.owner import Meta
from sasayaki_chassis.rpc import Context, Rights, caller, meta, refusals
from sasayaki_monitoring.floor.floor import Floor, Talk, check_permitted
from sasayaki_monitoring.methods import SERVICE, SUPERVISORS, named
from sasayaki_monitoring.supervision.occupied import Occupied, Place, Supervisions
from sasayaki_monitoring.supervision.supervision import ChangeMode, Command, End, Leave, Start

RIGHTS: Rights = {
    f"{SERVICE}StartSupervision": SUPERVISORS,
    f"{SERVICE}ChangeMode": SUPERVISORS,
    f"{SERVICE}EndSupervision": SUPERVISORS | {"service"},
}

CODES: Mapping[str, grpc.StatusCode] = {
    "UNKNOWN_CALL": grpc.StatusCode.NOT_FOUND,
    "UNKNOWN_SUPERVISION": grpc.StatusCode.NOT_FOUND,
    "NOT_PERMITTED": grpc.StatusCode.PERMISSION_DENIED,
    "NOT_YOURS": grpc.StatusCode.PERMISSION_DENIED,
}

NEWS_S = 0.25
"""A talk that has just started may be known to its callers a moment before it is known here."""

SUPERVISION = an_id("spv")
MODE = named(media_wire.SupervisionMode)
PURPOSE = named(wire.Purpose)
REASON = named(wire.SupervisionEndReason)


@dataclass(frozen=True)
class Supervising:
    """What the methods work with; `require_current` raises Unavailable if the floor is behind."""

    supervisions: Supervisions
    occupied: Occupied
    floor: Floor
    require_current: Callable[[], None]


class SupervisionMethods:
    """A supervisor is who the token says, never who the request says."""

    _supervising: Supervising

    async def StartSupervision(
        self, request: pb.StartSupervisionRequest, context: Context
    ) -> pb.StartSupervisionResponse:
        async with refusals(context, CODES):
            require(request, contact_id=an_id("con"), mode=MODE, purpose=PURPOSE)
            who = caller(context)
            supervision_id = derived_id(
                "spv", who.tenant_id, "StartSupervision", f"{who.user_id}/{request.request_id}"
            )
            if self._supervising.supervisions.meta(supervision_id) is None:
                await self._start(request, context, supervision_id)
        return pb.StartSupervisionResponse(supervision_id=supervision_id)

    async def ChangeMode(
        self, request: pb.ChangeModeRequest, context: Context
    ) -> pb.ChangeModeResponse:
        async with refusals(context, CODES):
            require(request, supervision_id=SUPERVISION, mode=MODE)
            who = caller(context)
            mode = SupervisionMode(media_wire.SupervisionMode.Name(request.mode))
            known = self._known(request.supervision_id, context)
            if known.client_id not in who.clients:
                raise Refused("NOT_PERMITTED", "not a client company of yours")
            await self._ask(request, context, known, ChangeMode(who.user_id, mode))
        return pb.ChangeModeResponse()

    async def EndSupervision(
        self, request: pb.EndSupervisionRequest, context: Context
    ) -> pb.EndSupervisionResponse:
        async with refusals(context, CODES):
            require(request, supervision_id=SUPERVISION)
            who = caller(context)
            command: Command
            if who.role == "service":
                require(request, reason=REASON)
                reason = SupervisionEndReason(wire.SupervisionEndReason.Name(request.reason))
                command = End(reason)
            else:
                command = Leave(who.user_id)
            await self._ask(request, context, self._known(request.supervision_id, context), command)
        return pb.EndSupervisionResponse()

    async def _start(
        self, request: pb.StartSupervisionRequest, context: Context, supervision_id: str
    ) -> None:
        who = caller(context)
        self._supervising.require_current()
        talk = await self._talk(request.contact_id, who.tenant_id)
        check_permitted(talk, who.clients)
        place = Place(who.tenant_id, who.user_id, talk.contact_id)
        supervisor_on, supervised_by = self._supervising.occupied.others(supervision_id, place)
        command = Start(
            contact_id=talk.contact_id,
            supervisor_id=who.user_id,
            operator_id=talk.operator_id,
            mode=SupervisionMode(media_wire.SupervisionMode.Name(request.mode)),
            purpose=Purpose(wire.Purpose.Name(request.purpose)),
            supervisor_on=supervisor_on,
            supervised_by=supervised_by,
        )
        with self._supervising.occupied.starting(supervision_id, place):
            await self._supervising.supervisions.handle(
                supervision_id,
                command,
                request_id=request.request_id,
                meta=meta(context, client_id=talk.client_id, correlation_id=talk.contact_id),
            )

    async def _talk(self, contact_id: str, tenant_id: str) -> Talk:
        try:
            return self._supervising.floor.talk(contact_id, tenant_id=tenant_id)
        except Refused:
            await self._supervising.floor.news_of(contact_id, NEWS_S)
        return self._supervising.floor.talk(contact_id, tenant_id=tenant_id)

    def _known(self, supervision_id: str, context: Context) -> Meta:
        """Whose supervision it is; another tenant's is as unknown as none."""
        known = self._supervising.supervisions.meta(supervision_id)
        if known is None or known.tenant_id != caller(context).tenant_id:
            raise Refused("UNKNOWN_SUPERVISION", f"no supervision {supervision_id!r}")
        return known

    async def _ask(
        self,
        request: pb.ChangeModeRequest | pb.EndSupervisionRequest,
        context: Context,
        known: Meta,
        command: Command,
    ) -> None:
        """One stream has requests of several methods and callers, so ids are told apart."""
        own = caller(context).role == "service"
        asked = type(command).__name__
        await self._supervising.supervisions.handle(
            request.supervision_id,
            command,
            request_id=request.request_id if own else f"{asked}/{request.request_id}",
            meta=meta(context, client_id=known.client_id, correlation_id=known.correlation_id),
        )
