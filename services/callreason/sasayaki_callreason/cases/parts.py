"""Wires messages and escalations together."""

from datetime import datetime

from sasayaki_callreason.cases import view as case_view
from sasayaki_callreason.cases.doors import Cases
from sasayaki_callreason.cases.escalation import ESCALATION
from sasayaki_callreason.cases.message import MESSAGE
from sasayaki_callreason.cases.view import CaseView
from sasayaki_callreason.companies import Companies
from sasayaki_callreason.enquiries.contacts import Contacts
from sasayaki_callreason.sealed.sealing import Seals
from sasayaki_callreason.settings import Settings
from sasayaki_chassis.service import Built


class CaseParts:
    """The parts of the service that cases are made of."""

    deciders = (MESSAGE, ESCALATION)

    def __init__(self, settings: Settings, started_at: datetime) -> None:
        self._seals = Seals(settings.keys)
        self.view = CaseView(started_at)
        case_view.show(self.view)
        self.projections = (self.view,)

    def cases(self, built: Built, companies: Companies, contacts: Contacts) -> Cases:
        return Cases(
            messages=built.owners[MESSAGE.stream],
            escalations=built.owners[ESCALATION.stream],
            view=self.view,
            companies=companies,
            contacts=contacts,
            seals=self._seals,
            serving=built.serving,
            require_current=lambda: built.require_current(self.view),
        )
