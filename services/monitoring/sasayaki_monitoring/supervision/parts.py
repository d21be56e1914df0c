"""Wires supervision together."""

from zoneinfo import ZoneInfo

from sasayaki_chassis.seals import Seals
from sasayaki_chassis.service import Built
from sasayaki_monitoring import metrics
from sasayaki_monitoring.floor.floor import Floor
from sasayaki_monitoring.policy.policies import Policies
from sasayaki_monitoring.settings import Settings
from sasayaki_monitoring.supervision.ending import EndWithCall
from sasayaki_monitoring.supervision.following import FollowOperator
from sasayaki_monitoring.supervision.occupied import Occupied
from sasayaki_monitoring.supervision.steering import SteerMedia
from sasayaki_monitoring.supervision.supervising import Supervising
from sasayaki_monitoring.supervision.supervision import SUPERVISION
from sasayaki_monitoring.supervision.texts import TextRate
from sasayaki_monitoring.supervision.today import Today


class SupervisionParts:
    """The parts of the service that supervision is made of."""

    deciders = (SUPERVISION,)

    def __init__(self, settings: Settings, floor: Floor, seals: Seals) -> None:
        self._floor = floor
        self._seals = seals
        self._today = Today(ZoneInfo(settings.time_zone))
        self.reactors = (SteerMedia(), EndWithCall(), FollowOperator())
        self.projections = (self._today,)

    def supervising(self, built: Built, policies: Policies) -> Supervising:
        supervisions = built.owners[SUPERVISION.stream]
        occupied = Occupied(supervisions)
        metrics.show(self._floor, occupied)

        return Supervising(
            supervisions=supervisions,
            occupied=occupied,
            floor=self._floor,
            today=self._today,
            policies=policies,
            seals=self._seals,
            texts=TextRate(),
            now=built.clock.now,
            require_current=built.require_current,
        )
