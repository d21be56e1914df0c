"""CaseService: messages and escalations, of client companies that the caller serves or is."""

from sasayaki_callreason.cases import escalation_api, message_api
from sasayaki_callreason.cases.doors import Cases
from sasayaki_chassis.rpc import Rights

RIGHTS: Rights = {**message_api.RIGHTS, **escalation_api.RIGHTS}


class CaseService(message_api.MessageMethods, escalation_api.EscalationMethods):
    """A client company sees its messages, and of escalations what was passed on to it."""

    def __init__(self, cases: Cases) -> None:
        self._cases = cases
