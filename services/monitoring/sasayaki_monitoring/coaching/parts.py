"""Wires ledger and coaching together."""

from datetime import timedelta

from sasayaki_chassis.seals import Seals
from sasayaki_chassis.service import Built
from sasayaki_monitoring.coaching.api import Coaching
from sasayaki_monitoring.coaching.coaching import COACHING
from sasayaki_monitoring.coaching.rows import CoachingRows, Desk, Floor
from sasayaki_monitoring.coaching.view import CoachingView
from sasayaki_monitoring.ledger import view as ledger_view
from sasayaki_monitoring.ledger.api import Accounts
from sasayaki_monitoring.ledger.view import LedgerView
from sasayaki_monitoring.settings import Settings


class CoachingParts:
    """The parts of the service that the ledger and feedback are made of."""

    deciders = (COACHING,)

    def __init__(self, settings: Settings, seals: Seals, floor: Floor, desk: Desk) -> None:
        self._seals = seals
        self._ledger = LedgerView(timedelta(days=settings.ledger_days))
        ledger_view.show(self._ledger)
        self.view = CoachingView(CoachingRows(floor, desk, seals.open))
        self.projections = (self._ledger, self.view)

    def accounts(self, built: Built) -> Accounts:
        return Accounts(
            view=self._ledger,
            now=built.clock.now,
            require_current=lambda: built.require_current(self._ledger),
        )

    def coaching(self, built: Built) -> Coaching:
        return Coaching(
            coachings=built.owners[COACHING.stream],
            view=self.view,
            ledger=self._ledger,
            seals=self._seals,
            now=built.clock.now,
            require_current=lambda: self._require_current(built),
        )

    def _require_current(self, built: Built) -> None:
        """Whether a call was heard, and how long it was, must not be judged on old news."""
        built.require_current(self._ledger)
        built.require_current(self.view)
