"""callreason's RPCs: the methods of each subject, and those that move an enquiry on."""

import asyncio
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

import grpc
from prometheus_client import Counter

from sasayaki.callreason.v1 import callreason_service_pb2 as pb
from sasayaki.callreason.v1.enquiry_events import EnquiryOpened
from sasayaki_callreason import client_api, flow_api
from sasayaki_callreason.advance import command_of
from sasayaki_callreason.callers import api as caller_api
from sasayaki_callreason.companies import Clients, Companies, Flows
from sasayaki_callreason.enquiries import commands, states
from sasayaki_callreason.enquiries.contacts import Contacts, Enquiries, own
from sasayaki_callreason.flows.parts import Callback
from sasayaki_callreason.reasons import api as reason_api
from sasayaki_callreason.reasons.tree import outcomes_of
from sasayaki_callreason.requests import (
    SERVICE,
    WRAP_UP_MS,
    answers_of,
    slug,
)
from sasayaki_callreason.sealed.given import opened
from sasayaki_chassis.decider import Refused
from sasayaki_chassis.fields import an_id, require, text
from sasayaki_chassis.identity import Identity
from sasayaki_chassis.owner import Unavailable
from sasayaki_chassis.rpc import Context, Rights, caller, meta, refusals, request_id_of

CODES: Mapping[str, grpc.StatusCode] = {
    "UNKNOWN_CLIENT": grpc.StatusCode.NOT_FOUND,
    "UNKNOWN_CONTACT": grpc.StatusCode.NOT_FOUND,
    "NOT_YOUR_CONTACT": grpc.StatusCode.PERMISSION_DENIED,
    "NOT_YOUR_CLIENT": grpc.StatusCode.PERMISSION_DENIED,
}

RIGHTS: Rights = {
    **client_api.RIGHTS,
    **flow_api.RIGHTS,
    **reason_api.RIGHTS,
    **caller_api.RIGHTS,
    f"{SERVICE}OpenEnquiry": frozenset(("service",)),
    f"{SERVICE}AdvanceEnquiry": frozenset(("service",)),
    f"{SERVICE}ConfirmReason": frozenset(("operator", "supervisor", "manager")),
    f"{SERVICE}CompleteWrapUp": frozenset(("operator",)),
}

END_LOOKS = 50
END_LOOK_S = 0.02
"""A wrap-up waits up to 50 × 20 ms for the news that its call is over."""
NUMBER_BYTES_MOST = 64
HASH_BYTES_MOST = 64

WITHOUT_FLOW = Counter(
    "sasayaki_callreason_calls_without_flow_total", "Calls for a number that no flow answers."
)


class Callreason(
    client_api.ClientDoors, flow_api.FlowDoors, reason_api.ReasonMethods, caller_api.CallerMethods
):
    """Serves client companies, flows and enquiries of the caller's tenant, and no other."""

    def __init__(
        self,
        *,
        clients: Clients,
        flows: Flows,
        enquiries: Enquiries,
        companies: Companies,
        contacts: Contacts,
        report: reason_api.Report,
        callers: caller_api.Callers,
        keys: Path,
    ) -> None:
        self._clients = clients
        self._flows = flows
        self._enquiries = enquiries
        self._companies = companies
        self._contacts = contacts
        self._report = report
        self._callers = callers
        self._keys = keys
        # Two companies are two streams: that both take one number is prevented here alone.
        self._one_put_at_a_time = asyncio.Lock()

    async def OpenEnquiry(
        self, request: pb.OpenEnquiryRequest, context: Context
    ) -> pb.OpenEnquiryResponse:
        async with refusals(context, CODES):
            self._check_replayed()
            require(
                request,
                contact_id=an_id("con"),
                dialled_number=text(most=NUMBER_BYTES_MOST),
                previous_contact_id=an_id("con", optional=True),
                caller_hash=text(least=0, most=HASH_BYTES_MOST),
            )
            self._contacts.check_tenant(request.contact_id, caller())
            command = self._begun(request, caller())
            client_id = None if isinstance(command, commands.TurnAway) else command.client_id
            events = await self._enquiries.handle(
                request.contact_id,
                command,
                request_id=request.request_id,
                meta=meta(client_id=client_id, correlation_id=request.contact_id),
            )
            if events and not isinstance(events[0], EnquiryOpened):
                WITHOUT_FLOW.inc()
                # The refusal is kept as a dead letter and logged: no number in it.
                raise Refused("NO_FLOW", "no flow answers the number that was dialled")
        return pb.OpenEnquiryResponse()

    async def AdvanceEnquiry(
        self, request: pb.AdvanceEnquiryRequest, context: Context
    ) -> pb.AdvanceEnquiryResponse:
        async with refusals(context, CODES):
            self._check_replayed()
            require(request, contact_id=an_id("con"))
            self._contacts.check_tenant(request.contact_id, caller())
            facts = self._enquiries.state(request.contact_id).facts
            command = command_of(
                request,
                wrap_up=self._wrap_up(facts),
                running=lambda: self._running(facts),
                answered_at=lambda: self._answered_at(facts),
            )
            if command is not None:
                await self._enquiries.handle(
                    request.contact_id,
                    command,
                    request_id=request.request_id,
                    meta=meta(
                        client_id=facts.client_id or None,
                        correlation_id=request.contact_id,
                    ),
                )
        return pb.AdvanceEnquiryResponse()

    async def ConfirmReason(
        self, request: pb.ConfirmReasonRequest, context: Context
    ) -> pb.ConfirmReasonResponse:
        async with refusals(context, CODES):
            self._check_replayed()
            require(request, contact_id=an_id("con"), reason_id=slug("rsn"))
            identity = caller()
            facts = self._contacts.known(request.contact_id, identity).facts
            self._companies.check_reason(facts.client_id, request.reason_id)
            command = commands.ConfirmReason(
                reason_id=request.reason_id,
                user_id=identity.user_id,
                own_only=identity.role == "operator",
            )
            await self._decide(request.contact_id, command, request.request_id)
        return pb.ConfirmReasonResponse()

    async def CompleteWrapUp(
        self, request: pb.CompleteWrapUpRequest, context: Context
    ) -> pb.CompleteWrapUpResponse:
        async with refusals(context, CODES):
            self._check_replayed()
            require(request, contact_id=an_id("con"))
            identity = caller()
            state = await self._call_over(request.contact_id, identity)
            settings = self._companies.settings(state.facts.client_id)
            # A repeat after the end gets its first answer, whatever the form has become.
            form = () if settings is None else settings.wrap_up_form
            over = isinstance(state, states.Over)
            outcomes = outcomes_of(() if settings is None else settings.reasons)
            # Who dialled wrong or plays a prank gives nothing to fill a form in with.
            required = (request.reason_id or state.facts.reason_id) not in outcomes
            answers = () if over else answers_of(request, form, required=required)
            if request.reason_id and not over:
                self._companies.check_reason(state.facts.client_id, request.reason_id)
            command = commands.CompleteWrapUp(
                reason_id=request.reason_id,
                user_id=identity.user_id,
                answers=answers,
                outcomes=outcomes,
            )
            await self._decide(request.contact_id, command, request.request_id)
        return pb.CompleteWrapUpResponse()

    def _check_replayed(self) -> None:
        """Before the whole history is read, what is missing may only be not read yet."""
        if not (self._clients.serving() and self._flows.serving() and self._enquiries.serving()):
            raise Unavailable("callreason is not serving yet")

    def _running(self, facts: states.Facts) -> commands.Running | None:
        """The enquiry's version of its flow, and the digits of it that a step may look at."""
        flow = self._companies.flow(facts)
        if flow is None:
            return None
        return commands.Running(flow, opened(self._keys, facts.client_id, facts.given))

    def _answered_at(self, facts: states.Facts) -> str:
        """The step at which a call back goes on; empty when the enquiry is none."""
        flow = self._companies.flow(facts)
        previous = self._enquiries.state(facts.previous_contact_id).facts
        step = None if flow is None else flow.steps.get(previous.callback_step_id)
        return step.on_answer if isinstance(step, Callback) else ""

    def _begun(
        self, request: pb.OpenEnquiryRequest, identity: Identity
    ) -> commands.Open | commands.CallBack | commands.TurnAway:
        """How an enquiry begins."""
        if not request.previous_contact_id:
            return self._companies.opening(
                request.dialled_number,
                request.contact_id,
                identity,
                caller_known=request.caller_known,
                caller_hash=request.caller_hash,
            )
        self._contacts.check_tenant(request.previous_contact_id, identity)
        previous = self._enquiries.state(request.previous_contact_id).facts
        return self._companies.calling_back(
            previous, request.previous_contact_id, caller_hash=request.caller_hash
        )

    def _wrap_up(self, facts: states.Facts) -> timedelta:
        """How long the contact's company lets an operator wrap up."""
        settings = self._companies.settings(facts.client_id)
        milliseconds = WRAP_UP_MS if settings is None else settings.wrap_up_ms_max
        return timedelta(milliseconds=milliseconds)

    async def _decide(self, contact_id: str, command: commands.Command, request_id: str) -> None:
        client_id = self._enquiries.state(contact_id).facts.client_id or None
        about = meta(client_id=client_id, correlation_id=contact_id)
        asked = request_id_of(command, request_id)
        await self._enquiries.handle(contact_id, command, request_id=asked, meta=about)

    async def _call_over(self, contact_id: str, identity: Identity) -> states.State:
        """The enquiry when the news of its call's end has come, or as it is after a second.

        The operator's own phone may know of the end before this service does.
        """
        for _ in range(END_LOOKS):
            state = self._contacts.known(contact_id, identity)
            if not isinstance(state, states.Talking) or not own(state, identity):
                return state
            await asyncio.sleep(END_LOOK_S)
        return self._contacts.known(contact_id, identity)
