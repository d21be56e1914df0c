"""CaseService's escalations: raised by operators, taken by exactly one, tracked to the answer."""

from collections.abc import Callable
from datetime import timedelta

from sasayaki.callreason.v1 import case_service_pb2 as pb
from sasayaki_callreason.cases import escalation
from sasayaki_callreason.cases.doors import ABOVE, CODES, EVERYBODY, METHODS, Doors, page
from sasayaki_callreason.cases.requests import words
from sasayaki_callreason.cases.told import is_for, told_escalation
from sasayaki_callreason.enquiries.contacts import check_serves
from sasayaki_chassis.decider import Refused
from sasayaki_chassis.fields import InvalidField, an_id, require
from sasayaki_chassis.identity import Identity
from sasayaki_chassis.ids import derived_id
from sasayaki_chassis.owner import Meta
from sasayaki_chassis.rpc import Context, Rights, caller, meta, refusals, request_id_of

RIGHTS: Rights = {
    f"{METHODS}Escalate": frozenset(("operator",)),
    f"{METHODS}TakeEscalation": ABOVE | {"client"},
    f"{METHODS}PassOnEscalation": ABOVE,
    f"{METHODS}AnswerEscalation": ABOVE | {"client"},
    f"{METHODS}CloseEscalation": ABOVE | {"operator"},
    f"{METHODS}ListEscalations": EVERYBODY,
}

ANSWER_MS = 3_600_000
ANSWER_MS_LEAST = 60_000
ANSWER_MS_MOST = 864_000_000
OF_A_CONTACT_MOST = 20
"""Escalations, one after another."""


class EscalationMethods(Doors):
    """A client company's people see what was passed on to them, and no more of it."""

    async def Escalate(self, request: pb.EscalateRequest, context: Context) -> pb.EscalateResponse:
        async with refusals(context, CODES):
            within_ms = request.answer_within_ms or ANSWER_MS
            require(request, contact_id=an_id("con"), words=words(1))
            if not ANSWER_MS_LEAST <= within_ms <= ANSWER_MS_MOST:
                limits = f"{ANSWER_MS_LEAST} to {ANSWER_MS_MOST}, not {within_ms}"
                raise InvalidField("answer_within_ms", limits)
            who = caller()
            facts = self._contact(request.contact_id, who)
            command = escalation.Raise(
                contact_id=request.contact_id,
                operator_id=who.user_id,
                reason_id=facts.reason_id,
                words_sealed=self._cases.seals.seal(facts.client_id, request.words),
                within=timedelta(milliseconds=within_ms),
            )
            escalation_id = self._open_or_next(who.tenant_id, request.contact_id)
            about = meta(client_id=facts.client_id, correlation_id=request.contact_id)
            await self._cases.escalations.handle(
                escalation_id, command, request_id=f"{who.user_id}/{request.request_id}", meta=about
            )
        return pb.EscalateResponse(escalation_id=escalation_id)

    async def TakeEscalation(
        self, request: pb.TakeEscalationRequest, context: Context
    ) -> pb.TakeEscalationResponse:
        who = caller()
        command = escalation.Take(who.user_id, specialist=who.role == "client")
        await self._ask(request, command, context)
        return pb.TakeEscalationResponse()

    async def PassOnEscalation(
        self, request: pb.PassOnEscalationRequest, context: Context
    ) -> pb.PassOnEscalationResponse:
        await self._say(request, escalation.PassOn, context)
        return pb.PassOnEscalationResponse()

    async def AnswerEscalation(
        self, request: pb.AnswerEscalationRequest, context: Context
    ) -> pb.AnswerEscalationResponse:
        await self._say(request, escalation.Answer, context)
        return pb.AnswerEscalationResponse()

    async def CloseEscalation(
        self, request: pb.CloseEscalationRequest, context: Context
    ) -> pb.CloseEscalationResponse:
        who = caller()
        command = escalation.Close(who.user_id, own_only=who.role == "operator")
        await self._ask(request, command, context)
        return pb.CloseEscalationResponse()

    async def ListEscalations(
        self, request: pb.ListEscalationsRequest, context: Context
    ) -> pb.ListEscalationsResponse:
        async with refusals(context, CODES):
            who = caller()
            self._check_list(request, who)
            found = [
                each
                for each in self._cases.view.escalations.of(who.tenant_id, request.client_id)
                if is_for(who, each.raised.operator_id, level=each.level)
                and not (request.open_only and each.is_over)
            ]
            found.sort(key=lambda each: (each.closed, each.raised_at, each.escalation_id))
            ids = [each.escalation_id for each in found]
            first, until, following = page(ids, request.page_size, request.page_token)
            opens = self._cases.seals.opener(request.client_id)
            specialist = who.role == "client"
            listed = [told_escalation(each, opens, specialist) for each in found[first:until]]
        return pb.ListEscalationsResponse(escalations=listed, next_page_token=following)

    def _open_or_next(self, tenant_id: str, contact_id: str) -> str:
        """The id of the contact's open escalation, else of its next one.

        So two who escalate at once meet in one stream, whose owner lets one of them.
        """
        for number in range(OF_A_CONTACT_MOST):
            escalation_id = derived_id("esc", tenant_id, "Escalate", f"{contact_id}/{number}")
            if not isinstance(self._cases.escalations.state(escalation_id), escalation.Closed):
                return escalation_id
        refusal = f"{OF_A_CONTACT_MOST} escalations at most of a contact"
        raise Refused("TOO_MANY_ESCALATIONS", refusal)

    async def _say(
        self,
        request: pb.PassOnEscalationRequest | pb.AnswerEscalationRequest,
        made: Callable[[str, str], escalation.Command],
        context: Context,
    ) -> None:
        """A step of an escalation that takes words, sealed under its company's key."""
        async with refusals(context, CODES):
            require(request, escalation_id=an_id("esc"), words=words(1))
            whose = self._escalation(request.escalation_id, caller())
            sealed = self._cases.seals.seal(whose.client_id or "", request.words)
        await self._ask(request, made(caller().user_id, sealed), context)

    async def _ask(
        self,
        request: pb.TakeEscalationRequest
        | pb.PassOnEscalationRequest
        | pb.AnswerEscalationRequest
        | pb.CloseEscalationRequest,
        command: escalation.Command,
        context: Context,
    ) -> None:
        async with refusals(context, CODES):
            require(request, escalation_id=an_id("esc"))
            whose = self._escalation(request.escalation_id, caller())
            about = meta(client_id=whose.client_id, correlation_id=whose.correlation_id)
            asked = request_id_of(command, request.request_id)
            await self._cases.escalations.handle(
                request.escalation_id, command, request_id=asked, meta=about
            )

    def _escalation(self, escalation_id: str, who: Identity) -> Meta:
        self._check_serving()
        whose = self._cases.escalations.meta(escalation_id)
        if whose is None or whose.tenant_id != who.tenant_id:
            raise Refused("UNKNOWN_ESCALATION", "there is no such escalation")
        check_serves(who, whose.client_id or "")
        return whose
