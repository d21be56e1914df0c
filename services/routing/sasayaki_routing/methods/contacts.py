"""Contacts and their offers, as other services ask."""

from sasayaki.routing.v1 import pool_events_pb2 as wire
from sasayaki.routing.v1 import routing_service_pb2 as pb
from sasayaki.routing.v1.pool_events import OfferFailure, OfferMade
from sasayaki_chassis.fields import an_id, between, require
from sasayaki_chassis.rpc import Context, Rights, refusals
from sasayaki_routing.methods.asking import (
    CODES,
    CONTACT,
    OPERATOR,
    QUEUE,
    SERVICE,
    SERVICES,
    SKILL,
    SKILLS_MOST,
    Asking,
    each,
    one_of,
)
from sasayaki_routing.pool.commands import (
    AcceptOffer,
    DeclineOffer,
    EndContact,
    QueueContact,
    Release,
)

RIGHTS: Rights = {
    f"{SERVICE}QueueContact": SERVICES,
    f"{SERVICE}AcceptOffer": SERVICES,
    f"{SERVICE}DeclineOffer": SERVICES,
    f"{SERVICE}EndContact": SERVICES,
    f"{SERVICE}Release": SERVICES,
}
FAILURE = one_of(
    OfferFailure.REFUSED, OfferFailure.UNREACHABLE, OfferFailure.FAILED, of=wire.OfferFailure
)


class ContactMethods(Asking):
    async def QueueContact(
        self, request: pb.QueueContactRequest, context: Context
    ) -> pb.QueueContactResponse:
        async with refusals(context, CODES):
            require(
                request,
                contact_id=CONTACT,
                client_id=an_id("cli"),
                queue_id=QUEUE,
                required_skills=each(SKILL, SKILLS_MOST),
                priority=between(0, 9),
                preferred_operator_id=an_id("usr", optional=True),
                previous_contact_id=an_id("con", optional=True),
            )
            command = QueueContact(
                contact_id=request.contact_id,
                client_id=request.client_id,
                queue_id=request.queue_id,
                required_skills=tuple(request.required_skills),
                priority=request.priority,
                preferred_operator_id=request.preferred_operator_id,
                previous_contact_id=request.previous_contact_id,
            )
            events = await self._ask(request, command)
        offers = (event.offer_id for event in events if isinstance(event, OfferMade))
        return pb.QueueContactResponse(offer_id=next(offers, None))

    async def AcceptOffer(
        self, request: pb.AcceptOfferRequest, context: Context
    ) -> pb.AcceptOfferResponse:
        async with refusals(context, CODES):
            require(request, contact_id=CONTACT, operator_id=OPERATOR)
            command = AcceptOffer(request.contact_id, request.operator_id)
            await self._ask(request, command)
        return pb.AcceptOfferResponse()

    async def DeclineOffer(
        self, request: pb.DeclineOfferRequest, context: Context
    ) -> pb.DeclineOfferResponse:
        async with refusals(context, CODES):
            require(request, contact_id=CONTACT, operator_id=OPERATOR, failure=FAILURE)
            failure = OfferFailure(wire.OfferFailure.Name(request.failure))
            command = DeclineOffer(request.contact_id, request.operator_id, failure)
            await self._ask(request, command)
        return pb.DeclineOfferResponse()

    async def EndContact(
        self, request: pb.EndContactRequest, context: Context
    ) -> pb.EndContactResponse:
        async with refusals(context, CODES):
            require(request, contact_id=CONTACT)
            await self._ask(request, EndContact(request.contact_id))
        return pb.EndContactResponse()

    async def Release(self, request: pb.ReleaseRequest, context: Context) -> pb.ReleaseResponse:
        async with refusals(context, CODES):
            require(request, contact_id=CONTACT, operator_id=OPERATOR)
            command = Release(request.contact_id, request.operator_id)
            await self._ask(request, command)
        return pb.ReleaseResponse()
