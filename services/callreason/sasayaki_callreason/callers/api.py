"""GetEnquiry and GetCallerHistory: a contact, and what its caller came for before."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import grpc

from sasayaki.callreason.v1 import callreason_service_pb2 as pb
from sasayaki.callreason.v1 import callreason_service_pb2_grpc as rpc_pb
from sasayaki.callreason.v1 import enquiry_events_pb2
from sasayaki_callreason.callers.shown import Shown
from sasayaki_callreason.callers.view import CONTACTS_OF_A_CALLER_MOST, Histories, before
from sasayaki_callreason.cases.view import CaseView
from sasayaki_callreason.enquiries import states
from sasayaki_callreason.enquiries.contacts import Enquiries, own
from sasayaki_callreason.requests import SERVICE
from sasayaki_callreason.sealed.given import opened
from sasayaki_chassis.fields import an_id, between, require
from sasayaki_chassis.owner import Unavailable
from sasayaki_chassis.rpc import Context, Rights, caller, refusals

CODES: Mapping[str, grpc.StatusCode] = {
    "UNKNOWN_CONTACT": grpc.StatusCode.NOT_FOUND,
    "NOT_YOUR_CONTACT": grpc.StatusCode.PERMISSION_DENIED,
    "NOT_YOUR_CLIENT": grpc.StatusCode.PERMISSION_DENIED,
}

_SEERS = frozenset(("operator", "supervisor", "manager", "service"))
RIGHTS: Rights = {
    f"{SERVICE}GetEnquiry": _SEERS,
    f"{SERVICE}GetCallerHistory": _SEERS,
}

HISTORY_USUAL = 10
MAY_SEE_DIGITS = frozenset(("operator", "supervisor"))


@dataclass(frozen=True)
class Callers:
    """What the methods work with; `require_current` raises Unavailable while a view is behind."""

    histories: Histories
    shown: Shown
    cases: CaseView
    require_current: Callable[[], None]


class CallerMethods(rpc_pb.CallreasonServiceServicer):
    """A contact is shown to its operator, and to whom it is offered, before they answer."""

    _callers: Callers
    _enquiries: Enquiries
    _keys: Path

    async def GetEnquiry(
        self, request: pb.GetEnquiryRequest, context: Context
    ) -> pb.GetEnquiryResponse:
        async with refusals(context, CODES):
            self._check_enquiries_replayed()
            require(request, contact_id=an_id("con"))
            identity = caller()
            state = await self._callers.shown.to(request.contact_id, identity)
            seen = _seen(request.contact_id, state)
            if identity.role in MAY_SEE_DIGITS and (
                identity.role != "operator" or own(state, identity)
            ):
                facts = state.facts
                for key, value in opened(self._keys, facts.client_id, facts.given).items():
                    seen.given.add(key=key, value=value)
        return seen

    async def GetCallerHistory(
        self, request: pb.GetCallerHistoryRequest, context: Context
    ) -> pb.GetCallerHistoryResponse:
        async with refusals(context, CODES):
            self._check_enquiries_replayed()
            require(request, contact_id=an_id("con"), most=between(0, CONTACTS_OF_A_CALLER_MOST))
            identity = caller()
            state = await self._callers.shown.to(request.contact_id, identity)
            facts, over = state.facts, isinstance(state, states.Over)
            self._callers.require_current()
            whose = (identity.tenant_id, facts.client_id, facts.caller_hash)
            came = self._callers.histories.of(whose) if facts.caller_hash else []
            most = request.most or HISTORY_USUAL
            earlier = before(came, request.contact_id, over=over)[:most]
            answer = pb.GetCallerHistoryResponse()
            cases = self._callers.cases
            for at, contact_id in earlier:
                row = answer.contacts.add(
                    open_message=cases.messages.is_open(contact_id),
                    open_escalation=cases.escalations.is_open(contact_id),
                )
                _tell(row, contact_id, self._enquiries.state(contact_id))
                row.at.FromDatetime(at)
        return answer

    def _check_enquiries_replayed(self) -> None:
        """Before the whole history is read, what is missing may only be not read yet."""
        if not self._enquiries.serving():
            raise Unavailable("callreason is not serving yet")


def _tell(row: pb.EarlierContact, contact_id: str, state: states.State) -> None:
    row.contact_id = contact_id
    row.reason_id = state.facts.reason_id
    row.operator_id = state.facts.operator_id
    if isinstance(state, states.Over):
        row.outcome = enquiry_events_pb2.EnquiryOutcome.Value(state.outcome.value)
        for answer in state.answers:
            row.answers.add(key=answer.key, value=answer.value)


def _seen(contact_id: str, state: states.State) -> pb.GetEnquiryResponse:
    facts = state.facts
    seen = pb.GetEnquiryResponse(
        contact_id=contact_id,
        client_id=facts.client_id,
        flow_id=facts.flow_id,
        flow_version=facts.flow_version,
        path=facts.path,
        stated_reason_id=facts.stated_reason_id,
        confirmed_reason_id=facts.confirmed_reason_id,
        operator_id=facts.operator_id,
        language=facts.language,
    )
    if isinstance(state, states.Over):
        seen.outcome = enquiry_events_pb2.EnquiryOutcome.Value(state.outcome.value)
        for answer in state.answers:
            seen.answers.add(key=answer.key, value=answer.value)
    return seen
