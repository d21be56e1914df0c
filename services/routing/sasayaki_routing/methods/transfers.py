"""Giving a customer away, and asking a colleague."""

from sasayaki.routing.v1 import routing_service_pb2 as pb
from sasayaki.routing.v1.pool_events import OfferMade
from sasayaki_chassis.fields import InvalidField, an_id, require
from sasayaki_chassis.rpc import Context, Rights, caller, refusals
from sasayaki_routing.methods.asking import (
    CODES,
    CONTACT,
    OPERATOR,
    OPERATORS,
    QUEUE,
    SERVICE,
    SERVICES,
    SKILL,
    SKILLS_MOST,
    Asking,
    each,
)
from sasayaki_routing.pool.commands import (
    CompleteTransfer,
    ConsultOperator,
    EndConsult,
    Target,
    TransferContact,
)

RIGHTS: Rights = {
    f"{SERVICE}TransferContact": OPERATORS | SERVICES,
    f"{SERVICE}ConsultOperator": OPERATORS,
    f"{SERVICE}CompleteTransfer": OPERATORS | SERVICES,
    f"{SERVICE}EndConsult": OPERATORS | SERVICES,
}
BEHALF = an_id("usr", optional=True)


class TransferMethods(Asking):
    """Operators act for themselves; services for whoever talks with the customer."""

    async def TransferContact(
        self, request: pb.TransferContactRequest, context: Context
    ) -> pb.TransferContactResponse:
        async with refusals(context, CODES):
            require(request, contact_id=CONTACT, asking_operator_id=BEHALF)
            asking = _asking(request.asking_operator_id)
            by_phone = _by_phone(request.asking_operator_id)
            command = TransferContact(request.contact_id, asking, _target(request), by_phone)
            await self._ask(request, command)
        return pb.TransferContactResponse()

    async def ConsultOperator(
        self, request: pb.ConsultOperatorRequest, context: Context
    ) -> pb.ConsultOperatorResponse:
        async with refusals(context, CODES):
            require(request, contact_id=CONTACT)
            asking = _asking("")
            command = ConsultOperator(request.contact_id, asking, _target(request))
            events = await self._ask(request, command)
        asked = (event.operator_id for event in events if isinstance(event, OfferMade))
        return pb.ConsultOperatorResponse(operator_id=next(asked, None))

    async def CompleteTransfer(
        self, request: pb.CompleteTransferRequest, context: Context
    ) -> pb.CompleteTransferResponse:
        async with refusals(context, CODES):
            require(request, contact_id=CONTACT, asking_operator_id=BEHALF)
            asking = _asking(request.asking_operator_id)
            by_phone = _by_phone(request.asking_operator_id)
            command = CompleteTransfer(request.contact_id, asking, by_phone)
            await self._ask(request, command)
        return pb.CompleteTransferResponse()

    async def EndConsult(
        self, request: pb.EndConsultRequest, context: Context
    ) -> pb.EndConsultResponse:
        async with refusals(context, CODES):
            require(request, contact_id=CONTACT)
            await self._ask(request, EndConsult(request.contact_id, _asking("")))
        return pb.EndConsultResponse()


def _asking(on_behalf_of: str) -> str:
    """Whose customer it has to be; nobody in particular for a service that names nobody."""
    who = caller()
    return on_behalf_of if who.role == "service" else who.user_id


def _by_phone(on_behalf_of: str) -> bool:
    """Whether a phone waits to be told: a service asks for an operator who is named."""
    return caller().role == "service" and bool(on_behalf_of)


def _target(request: pb.TransferContactRequest | pb.ConsultOperatorRequest) -> Target:
    require(request, required_skills=each(SKILL, SKILLS_MOST))
    match request.WhichOneof("to"):
        case "queue_id":
            require(request, queue_id=QUEUE)
            return Target(queue_id=request.queue_id, required_skills=tuple(request.required_skills))
        case "operator_id":
            require(request, operator_id=OPERATOR)
            return Target(operator_id=request.operator_id)
        case None:
            raise InvalidField("to", "a queue or an operator must be given")
