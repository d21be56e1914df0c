"""MonitoringService: the methods of each subject, put together."""

from sasayaki.monitoring.v1 import monitoring_service_pb2_grpc as rpc
from sasayaki_chassis.rpc import Rights
from sasayaki_monitoring.alerts import api as alerts
from sasayaki_monitoring.coaching import api as coaching
from sasayaki_monitoring.desk import api as desk
from sasayaki_monitoring.fairness import api as fairness
from sasayaki_monitoring.ledger import api as ledger
from sasayaki_monitoring.policy import api as policy
from sasayaki_monitoring.policy.policies import Policies
from sasayaki_monitoring.supervision import api as supervision
from sasayaki_monitoring.supervision.supervising import Supervising

RIGHTS: Rights = {
    **supervision.RIGHTS,
    **policy.RIGHTS,
    **alerts.RIGHTS,
    **fairness.RIGHTS,
    **ledger.RIGHTS,
    **coaching.RIGHTS,
    **desk.RIGHTS,
}


class MonitoringService(
    supervision.SupervisionMethods,
    policy.PolicyMethods,
    alerts.AlertMethods,
    fairness.FairnessMethods,
    ledger.LedgerMethods,
    coaching.CoachingMethods,
    desk.DeskMethods,
    rpc.MonitoringServiceServicer,
):
    """Who the caller is, and for whom they may act, is what the token says."""

    def __init__(
        self,
        supervising: Supervising,
        policies: Policies,
        alerting: alerts.Alerting,
        fairness: fairness.Fairness,
        accounts: ledger.Accounts,
        coaching: coaching.Coaching,
        desks: desk.Desks,
    ) -> None:
        self._supervising = supervising
        self._policies = policies
        self._alerting = alerting
        self._fairness = fairness
        self._accounts = accounts
        self._coaching = coaching
        self._desks = desks
