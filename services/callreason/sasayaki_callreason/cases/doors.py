"""What the methods of CaseService share: who may, which company, and pages of a list."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import grpc

from sasayaki.callreason.v1 import case_service_pb2 as pb
from sasayaki.callreason.v1 import case_service_pb2_grpc as rpc_pb
from sasayaki.callreason.v1.escalation_events import EscalationEvent
from sasayaki.callreason.v1.handover_events import HandoverEvent
from sasayaki.callreason.v1.message_events import MessageEvent
from sasayaki_callreason.callers.shown import Shown
from sasayaki_callreason.cases import escalation, handover, message
from sasayaki_callreason.cases.handovers import HandoverView
from sasayaki_callreason.cases.view import CaseView
from sasayaki_callreason.companies import Companies
from sasayaki_callreason.enquiries.contacts import Contacts, check_serves, own
from sasayaki_callreason.enquiries.states import Facts
from sasayaki_callreason.requests import slug
from sasayaki_chassis.decider import Refused
from sasayaki_chassis.fields import InvalidField, between, require
from sasayaki_chassis.identity import Identity
from sasayaki_chassis.owner import Owners, Unavailable
from sasayaki_chassis.seals import Seals

METHODS = "/sasayaki.callreason.v1.CaseService/"
ABOVE = frozenset(("supervisor", "manager"))
EVERYBODY = ABOVE | {"operator", "client"}
CODES: Mapping[str, grpc.StatusCode] = {
    "UNKNOWN_CLIENT": grpc.StatusCode.NOT_FOUND,
    "UNKNOWN_CONTACT": grpc.StatusCode.NOT_FOUND,
    "UNKNOWN_MESSAGE": grpc.StatusCode.NOT_FOUND,
    "UNKNOWN_ESCALATION": grpc.StatusCode.NOT_FOUND,
    "UNKNOWN_HANDOVER": grpc.StatusCode.NOT_FOUND,
    "ALREADY_ESCALATED": grpc.StatusCode.ALREADY_EXISTS,
    "NOT_YOUR_CLIENT": grpc.StatusCode.PERMISSION_DENIED,
    "NOT_YOUR_CONTACT": grpc.StatusCode.PERMISSION_DENIED,
    "NOT_YOURS": grpc.StatusCode.PERMISSION_DENIED,
    "TOO_MANY_ESCALATIONS": grpc.StatusCode.RESOURCE_EXHAUSTED,
    "TOO_MANY_READERS": grpc.StatusCode.RESOURCE_EXHAUSTED,
}

PAGE = 50
PAGE_MOST = 200

Messages: TypeAlias = Owners[message.State, message.Command, MessageEvent]
Escalations: TypeAlias = Owners[escalation.State, escalation.Command, EscalationEvent]
Handovers: TypeAlias = Owners[handover.State, handover.Command, HandoverEvent]


@dataclass(frozen=True)
class Cases:
    """What the methods work with; `require_…current` raise Unavailable while a view is behind."""

    messages: Messages
    escalations: Escalations
    handovers: Handovers
    view: CaseView
    handover_view: HandoverView
    companies: Companies
    contacts: Contacts
    shown: Shown
    seals: Seals
    serving: Callable[[], bool]
    require_current: Callable[[], None]
    require_handovers_current: Callable[[], None]


class Doors(rpc_pb.CaseServiceServicer):
    """What every method asks before it does anything."""

    _cases: Cases

    def _contact(self, contact_id: str, who: Identity) -> Facts:
        """What is known of a contact of the caller's; an operator's own."""
        self._check_serving()
        state = self._cases.contacts.known(contact_id, who)
        if who.role == "operator" and not own(state, who):
            raise Refused("NOT_YOUR_CONTACT", f"the contact's operator is not {who.user_id!r}")
        return state.facts

    def _check_list(
        self, request: pb.ListMessagesRequest | pb.ListEscalationsRequest, who: Identity
    ) -> None:
        require(request, client_id=slug("cli"), page_size=between(0, PAGE_MOST))
        self._check_serving()
        self._cases.companies.served(request.client_id, who)
        check_serves(who, request.client_id)
        self._cases.require_current()

    def _check_serving(self) -> None:
        if not self._cases.serving():
            raise Unavailable("callreason is not serving yet")


def page(ids: Sequence[str], size: int, token: str) -> tuple[int, int, str]:
    """From where until before where, and the token of what follows; a token is the last id."""
    if token and token not in ids:
        raise InvalidField("page_token", "no token of this list")
    first = ids.index(token) + 1 if token else 0
    until = first + (size or PAGE)
    return first, until, ids[until - 1] if until < len(ids) else ""
