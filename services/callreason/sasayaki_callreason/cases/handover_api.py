"""CaseService's handovers: written about a contact, shown with its caller's next one, closed."""

from collections.abc import Iterable, Mapping

from sasayaki.callreason.v1 import case_service_pb2 as pb
from sasayaki_callreason.cases import handover
from sasayaki_callreason.cases.doors import ABOVE, CODES, METHODS, PAGE_MOST, Doors, page
from sasayaki_callreason.cases.handovers import Handover
from sasayaki_callreason.cases.requests import handover_of, packed
from sasayaki_callreason.cases.told import Opens, told_handover
from sasayaki_callreason.cases.view import UNREAD
from sasayaki_callreason.enquiries.contacts import check_serves
from sasayaki_callreason.requests import slug
from sasayaki_chassis.decider import Refused
from sasayaki_chassis.fields import InvalidField, an_id, between, require
from sasayaki_chassis.identity import Identity
from sasayaki_chassis.ids import derived_id
from sasayaki_chassis.owner import Meta
from sasayaki_chassis.rpc import Context, Rights, caller, meta, refusals, request_id_of

DESKS = ABOVE | {"operator"}
RIGHTS: Rights = {
    f"{METHODS}WriteHandover": DESKS,
    f"{METHODS}TakeHandover": DESKS,
    f"{METHODS}ReadHandover": DESKS,
    f"{METHODS}CloseHandover": DESKS,
    f"{METHODS}ListHandovers": DESKS,
}


class HandoverMethods(Doors):
    """Everybody who serves a client company sees its handovers; nobody else does."""

    async def WriteHandover(
        self, request: pb.WriteHandoverRequest, context: Context
    ) -> pb.WriteHandoverResponse:
        async with refusals(context, CODES):
            (text, valid), who = handover_of(request), caller()
            facts = self._contact(request.contact_id, who)
            wanted = f"{who.user_id}/{request.request_id}"
            handover_id = derived_id("hnd", who.tenant_id, "WriteHandover", wanted)
            command = handover.Write(
                contact_id=request.contact_id,
                user_id=who.user_id,
                text_sealed=self._cases.seals.seal(facts.client_id, packed(text)),
                caller_hash=facts.caller_hash,
                reason_id=facts.reason_id,
                valid=valid,
            )
            about = meta(client_id=facts.client_id, correlation_id=request.contact_id)
            await self._cases.handovers.handle(handover_id, command, request_id=wanted, meta=about)
        return pb.WriteHandoverResponse(handover_id=handover_id)

    async def TakeHandover(
        self, request: pb.TakeHandoverRequest, context: Context
    ) -> pb.TakeHandoverResponse:
        await self._ask_handover(request, handover.Take(caller().user_id), context)
        return pb.TakeHandoverResponse()

    async def ReadHandover(
        self, request: pb.ReadHandoverRequest, context: Context
    ) -> pb.ReadHandoverResponse:
        read = handover.Read(caller().user_id)
        await self._ask_handover(request, read, context)
        return pb.ReadHandoverResponse()

    async def CloseHandover(
        self, request: pb.CloseHandoverRequest, context: Context
    ) -> pb.CloseHandoverResponse:
        who = caller()
        command = handover.Close(who.user_id, own_only=who.role == "operator")
        await self._ask_handover(request, command, context)
        return pb.CloseHandoverResponse()

    async def ListHandovers(
        self, request: pb.ListHandoversRequest, context: Context
    ) -> pb.ListHandoversResponse:
        async with refusals(context, CODES):
            require(request, page_size=between(0, PAGE_MOST))
            who = caller()
            self._check_serving()
            found = sorted(
                await self._asked_for(request, who),
                key=lambda each: (each.written_at, each.handover_id),
                reverse=True,
            )
            ids = [each.handover_id for each in found]
            first, until, following = page(ids, request.page_size, request.page_token)
            opens = self._openers(found[first:until])
            listed = [
                told_handover(each, opens[each.client_id], who.user_id)
                for each in found[first:until]
            ]
        return pb.ListHandoversResponse(handovers=listed, next_page_token=following)

    async def _asked_for(
        self, request: pb.ListHandoversRequest, who: Identity
    ) -> Iterable[Handover]:
        """Of a contact's caller, of one company, or of all that the caller serves."""
        view = self._cases.handover_view
        if request.contact_id:
            require(request, contact_id=an_id("con"))
            facts = (await self._cases.shown.to(request.contact_id, who)).facts
            if request.client_id not in ("", facts.client_id):
                raise InvalidField("client_id", "not the client company of the contact")
            self._cases.require_handovers_current()
            return view.about(who.tenant_id, facts.client_id, request.contact_id, facts.caller_hash)
        if request.client_id:
            require(request, client_id=slug("cli"))
            self._cases.companies.served(request.client_id, who)
            check_serves(who, request.client_id)
            clients = [request.client_id]
        else:
            clients = [company.client_id for company in self._cases.companies.of(who)]
        self._cases.require_handovers_current()
        return view.of(who.tenant_id, clients)

    def _openers(self, handovers: Iterable[Handover]) -> Mapping[str, Opens]:
        clients = {each.client_id for each in handovers}
        return {client_id: self._cases.seals.opener(client_id) for client_id in clients}

    async def _ask_handover(
        self,
        request: pb.TakeHandoverRequest | pb.ReadHandoverRequest | pb.CloseHandoverRequest,
        command: handover.Command,
        context: Context,
    ) -> None:
        async with refusals(context, CODES):
            require(request, handover_id=an_id("hnd"))
            whose = self._handover(request.handover_id, caller())
            about = meta(client_id=whose.client_id, correlation_id=whose.correlation_id)
            asked = request_id_of(command, request.request_id)
            try:
                await self._cases.handovers.handle(
                    request.handover_id, command, request_id=asked, meta=about
                )
            except Refused as refused:
                if refused.reason == "TOO_MANY_READERS":
                    UNREAD.inc()
                raise

    def _handover(self, handover_id: str, who: Identity) -> Meta:
        self._check_serving()
        whose = self._cases.handovers.meta(handover_id)
        if whose is None or whose.tenant_id != who.tenant_id:
            raise Refused("UNKNOWN_HANDOVER", "there is no such handover")
        check_serves(who, whose.client_id or "")
        return whose
