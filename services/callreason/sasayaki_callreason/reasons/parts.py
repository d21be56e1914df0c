"""Wires the figures about reasons together."""

from sasayaki_callreason.reasons import view as reason_view
from sasayaki_callreason.reasons.api import Report
from sasayaki_callreason.reasons.view import ReasonView
from sasayaki_chassis.service import Built


class ReasonParts:
    """The parts of the service that the report on reasons is made of."""

    def __init__(self) -> None:
        self._view = ReasonView()
        reason_view.show(self._view)
        self.projections = (self._view,)

    def report(self, built: Built) -> Report:
        return Report(
            view=self._view,
            now=built.clock.now,
            require_current=lambda: built.require_current(self._view),
        )
