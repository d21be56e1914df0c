"""CaseService: messages, escalations, handovers, of companies that the caller serves or is."""

from sasayaki_callreason.cases import escalation_api, handover_api, message_api
from sasayaki_callreason.cases.doors import Cases
from sasayaki_chassis.rpc import Rights

RIGHTS: Rights = {**message_api.RIGHTS, **escalation_api.RIGHTS, **handover_api.RIGHTS}


class CaseService(
    message_api.MessageMethods, escalation_api.EscalationMethods, handover_api.HandoverMethods
):
    """A client company sees its messages and escalations passed on to it, and no handovers."""

    def __init__(self, cases: Cases) -> None:
        self._cases = cases
