"""Wires the desk together."""

from sasayaki_chassis.seals import Seals
from sasayaki_chassis.service import Built
from sasayaki_monitoring.desk.api import Desks
from sasayaki_monitoring.desk.view import DeskView
from sasayaki_monitoring.desk.watchers import WATCHING, Watchers


class DeskParts:
    """The parts of the service that operators' desks are made of."""

    def __init__(self, seals: Seals) -> None:
        watchers = Watchers(seals.open)
        WATCHING.set_function(lambda: len(watchers))
        self.view = DeskView(watchers)
        self.projections = (self.view,)

    def desks(self, built: Built) -> Desks:
        return Desks(self.view, lambda: built.require_current(self.view))
