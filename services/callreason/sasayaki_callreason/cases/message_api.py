"""CaseService's messages: taken by operators, read and settled by the client company's people."""

from sasayaki.callreason.v1 import case_service_pb2 as pb
from sasayaki.callreason.v1.message_events import MessageTaken
from sasayaki_callreason.cases import message
from sasayaki_callreason.cases.doors import ABOVE, CODES, EVERYBODY, METHODS, Doors, page
from sasayaki_callreason.cases.requests import fields_of, packed, urgency_of, words
from sasayaki_callreason.cases.told import is_for, told_message
from sasayaki_callreason.enquiries.contacts import check_serves
from sasayaki_chassis.decider import Refused
from sasayaki_chassis.fields import an_id, require
from sasayaki_chassis.identity import Identity
from sasayaki_chassis.ids import derived_id
from sasayaki_chassis.owner import Meta
from sasayaki_chassis.rpc import Context, Rights, caller, meta, refusals, request_id_of

RIGHTS: Rights = {
    f"{METHODS}TakeMessage": frozenset(("operator", "supervisor")),
    f"{METHODS}ListMessages": EVERYBODY,
    f"{METHODS}ReadMessage": ABOVE | {"client"},
    f"{METHODS}SettleMessage": ABOVE | {"client"},
}


class MessageMethods(Doors):
    """An operator sees their own messages, all others those of their companies."""

    async def TakeMessage(
        self, request: pb.TakeMessageRequest, context: Context
    ) -> pb.TakeMessageResponse:
        async with refusals(context, CODES):
            fields, who = fields_of(request), caller()
            facts = self._contact(request.contact_id, who)
            wanted = f"{who.user_id}/{request.request_id}"
            message_id = derived_id("msg", who.tenant_id, "TakeMessage", wanted)
            taken = MessageTaken(
                contact_id=request.contact_id,
                operator_id=who.user_id,
                fields_sealed=self._cases.seals.seal(facts.client_id, packed(fields)),
                urgency=urgency_of(request),
                number_read_back=request.number_read_back,
                reason_id=facts.reason_id,
            )
            about = meta(client_id=facts.client_id, correlation_id=request.contact_id)
            await self._cases.messages.handle(
                message_id, message.Take(taken), request_id=wanted, meta=about
            )
        return pb.TakeMessageResponse(message_id=message_id)

    async def ListMessages(
        self, request: pb.ListMessagesRequest, context: Context
    ) -> pb.ListMessagesResponse:
        async with refusals(context, CODES):
            who = caller()
            self._check_list(request, who)
            found = [
                each
                for each in self._cases.view.messages.of(who.tenant_id, request.client_id)
                if is_for(who, each.taken.operator_id) and not (request.open_only and each.is_over)
            ]
            found.sort(key=lambda each: (each.taken_at, each.message_id), reverse=True)
            ids = [each.message_id for each in found]
            first, until, following = page(ids, request.page_size, request.page_token)
            opens = self._cases.seals.opener(request.client_id)
            listed = [told_message(each, opens) for each in found[first:until]]
        return pb.ListMessagesResponse(messages=listed, next_page_token=following)

    async def ReadMessage(
        self, request: pb.ReadMessageRequest, context: Context
    ) -> pb.ReadMessageResponse:
        async with refusals(context, CODES):
            require(request, message_id=an_id("msg"))
            whose = self._message(request.message_id, caller())
            command = message.Read(caller().user_id)
            await self._ask_message(request.message_id, whose, command, request.request_id)
        return pb.ReadMessageResponse()

    async def SettleMessage(
        self, request: pb.SettleMessageRequest, context: Context
    ) -> pb.SettleMessageResponse:
        async with refusals(context, CODES):
            require(request, message_id=an_id("msg"), words=words(0))
            whose = self._message(request.message_id, caller())
            sealed = self._cases.seals.seal(whose.client_id or "", request.words)
            command = message.Settle(caller().user_id, sealed if request.words else "")
            await self._ask_message(request.message_id, whose, command, request.request_id)
        return pb.SettleMessageResponse()

    def _message(self, message_id: str, who: Identity) -> Meta:
        self._check_serving()
        whose = self._cases.messages.meta(message_id)
        if whose is None or whose.tenant_id != who.tenant_id:
            raise Refused("UNKNOWN_MESSAGE", "there is no such message")
        check_serves(who, whose.client_id or "")
        return whose

    async def _ask_message(
        self,
        message_id: str,
        whose: Meta,
        command: message.Command,
        request_id: str,
    ) -> None:
        about = meta(client_id=whose.client_id, correlation_id=whose.correlation_id)
        asked = request_id_of(command, request_id)
        await self._cases.messages.handle(message_id, command, request_id=asked, meta=about)
