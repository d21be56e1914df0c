"""Calling customers back, as other services ask."""

from sasayaki.routing.v1 import pool_events_pb2 as wire
from sasayaki.routing.v1 import routing_service_pb2 as pb
from sasayaki.routing.v1.pool_events import CallbackFailure
from sasayaki_chassis.fields import InvalidField, an_id, between, require, text
from sasayaki_chassis.rpc import Context, Rights, refusals
from sasayaki_routing.methods.asking import (
    CODES,
    CONTACT,
    SERVICE,
    SERVICES,
    SKILL,
    SKILLS_MOST,
    Asking,
    each,
    one_of,
)
from sasayaki_routing.pool.commands import CallbackCalled, FailCallback, RequestCallback

RIGHTS: Rights = {
    f"{SERVICE}RequestCallback": SERVICES,
    f"{SERVICE}AdvanceCallback": SERVICES,
}
SEALED_BYTES_MOST = 512
FAILURE = one_of(
    CallbackFailure.NO_ANSWER,
    CallbackFailure.REFUSED,
    CallbackFailure.UNREACHABLE,
    CallbackFailure.NOT_ALLOWED,
    of=wire.CallbackFailure,
)


class CallbackMethods(Asking):
    async def RequestCallback(
        self, request: pb.RequestCallbackRequest, context: Context
    ) -> pb.RequestCallbackResponse:
        async with refusals(context, CODES):
            require(
                request,
                contact_id=CONTACT,
                number_sealed=text(least=0, most=SEALED_BYTES_MOST),
                client_id=an_id("cli", optional=True),
                queue_id=an_id("que", optional=True),
                required_skills=each(SKILL, SKILLS_MOST),
                priority=between(0, 9),
            )
            if request.queue_id and not request.client_id:
                raise InvalidField("client_id", "must be given with a queue")
            command = RequestCallback(
                contact_id=request.contact_id,
                number_sealed=request.number_sealed,
                client_id=request.client_id,
                queue_id=request.queue_id,
                required_skills=tuple(request.required_skills),
                priority=request.priority,
            )
            await self._ask(request, command)
        return pb.RequestCallbackResponse()

    async def AdvanceCallback(
        self, request: pb.AdvanceCallbackRequest, context: Context
    ) -> pb.AdvanceCallbackResponse:
        async with refusals(context, CODES):
            require(request, contact_id=CONTACT)
            await self._ask(request, _step(request))
        return pb.AdvanceCallbackResponse()


def _step(request: pb.AdvanceCallbackRequest) -> CallbackCalled | FailCallback:
    match request.WhichOneof("what"):
        case "placed":
            require(request.placed, new_contact_id=CONTACT)
            return CallbackCalled(request.contact_id, request.placed.new_contact_id)
        case "failed":
            require(request.failed, failure=FAILURE)
            name = wire.CallbackFailure.Name(request.failed.failure)
            return FailCallback(request.contact_id, CallbackFailure(name))
        case None:
            raise InvalidField("what", "placed or failed must be given")
