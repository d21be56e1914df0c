"""Wires messages, escalations and handovers together."""

from datetime import datetime

from sasayaki_callreason.callers.shown import Shown
from sasayaki_callreason.cases import handovers
from sasayaki_callreason.cases import view as case_view
from sasayaki_callreason.cases.doors import Cases
from sasayaki_callreason.cases.escalation import ESCALATION
from sasayaki_callreason.cases.handover import HANDOVER
from sasayaki_callreason.cases.handovers import HandoverView
from sasayaki_callreason.cases.message import MESSAGE
from sasayaki_callreason.cases.view import CaseView
from sasayaki_callreason.companies import Companies
from sasayaki_callreason.enquiries.contacts import Contacts
from sasayaki_callreason.settings import Settings
from sasayaki_chassis.seals import Seals
from sasayaki_chassis.service import Built


class CaseParts:
    """The parts of the service that cases are made of."""

    deciders = (MESSAGE, ESCALATION, HANDOVER)

    def __init__(self, settings: Settings, started_at: datetime) -> None:
        self._seals = Seals(settings.keys)
        self.view = CaseView(started_at)
        case_view.show(self.view)
        self._handovers = HandoverView()
        handovers.show(self._handovers)
        self.projections = (self.view, self._handovers)

    def cases(self, built: Built, companies: Companies, contacts: Contacts, shown: Shown) -> Cases:
        return Cases(
            messages=built.owners[MESSAGE.stream],
            escalations=built.owners[ESCALATION.stream],
            handovers=built.owners[HANDOVER.stream],
            view=self.view,
            handover_view=self._handovers,
            companies=companies,
            contacts=contacts,
            shown=shown,
            seals=self._seals,
            serving=built.serving,
            require_current=lambda: built.require_current(self.view),
            require_handovers_current=lambda: built.require_current(self._handovers),
        )
