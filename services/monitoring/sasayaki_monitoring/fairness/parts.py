"""Wires fairness together."""

from collections.abc import Callable
from zoneinfo import ZoneInfo

from sasayaki_chassis.service import Built
from sasayaki_monitoring.fairness.api import Fairness
from sasayaki_monitoring.fairness.assessor import Assessor
from sasayaki_monitoring.fairness.daily import FAIRNESS
from sasayaki_monitoring.fairness.policy import Policy
from sasayaki_monitoring.fairness.view import FairnessView
from sasayaki_monitoring.settings import Settings


class FairnessParts:
    """The parts of the service that fairness is made of."""

    deciders = (FAIRNESS,)

    def __init__(
        self, settings: Settings, follow_ups: Callable[[str, str, frozenset[str]], int]
    ) -> None:
        self._view = FairnessView()
        self._policy = Policy()
        self._zone = ZoneInfo(settings.time_zone)
        self._follow_ups = follow_ups
        self.projections = (self._view,)
        self.background = (self._assess,)

    def fairness(self, built: Built) -> Fairness:
        return Fairness(self._view, built.clock.now, self._policy, self._zone, self._follow_ups)

    async def _assess(self, built: Built) -> None:
        assessor = Assessor(
            built.owners[FAIRNESS.stream],
            self._view,
            self._policy,
            self._zone,
            built.clock.now,
            lambda: built.require_current(self._view),
        )
        await assessor.run()
