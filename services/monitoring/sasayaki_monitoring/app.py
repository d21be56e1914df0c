"""Wires monitoring together. Everything is built here and handed down; nothing is global."""

from datetime import datetime

from sasayaki.monitoring.v1.monitoring_service_pb2_grpc import (
    add_MonitoringServiceServicer_to_server,
)
from sasayaki_chassis.seals import Seals
from sasayaki_chassis.service import Built, Service, Servicers
from sasayaki_monitoring import metrics
from sasayaki_monitoring.alerts.parts import AlertParts
from sasayaki_monitoring.api import RIGHTS, MonitoringService
from sasayaki_monitoring.coaching.parts import CoachingParts
from sasayaki_monitoring.desk.parts import DeskParts
from sasayaki_monitoring.fairness.parts import FairnessParts
from sasayaki_monitoring.floor.floor import Floor
from sasayaki_monitoring.policy.policies import Policies
from sasayaki_monitoring.policy.policy import POLICY
from sasayaki_monitoring.settings import Settings
from sasayaki_monitoring.supervision.parts import SupervisionParts


def build(settings: Settings, started_at: datetime) -> Service:
    """The service, not yet connected to anything."""
    floor = Floor()
    alerts = AlertParts(settings, started_at)
    seals = Seals(settings.keys)
    supervision, desk = SupervisionParts(settings, floor, seals), DeskParts(seals)
    coaching = CoachingParts(settings, seals, alerts.view, desk.view)
    fairness = FairnessParts(settings, coaching.view.follow_ups)

    def servicers(built: Built) -> Servicers:
        policies = Policies(built.owners[POLICY.stream], settings.ladder())
        service = MonitoringService(
            supervision.supervising(built, policies),
            policies,
            alerts.alerting(built),
            fairness.fairness(built),
            coaching.accounts(built),
            coaching.coaching(built),
            desk.desks(built),
        )
        return [(add_MonitoringServiceServicer_to_server, service)]

    return Service(
        name="monitoring",
        settings=settings,
        rights=RIGHTS,
        servicers=servicers,
        deciders=[
            *supervision.deciders,
            *alerts.deciders,
            *coaching.deciders,
            *fairness.deciders,
        ],
        reactors=[*supervision.reactors, *alerts.reactors],
        projections=[
            floor,
            metrics.Figures(started_at),
            *supervision.projections,
            *desk.projections,
            *alerts.projections,
            *coaching.projections,
            *fairness.projections,
        ],
        background=[*alerts.background, *fairness.background],
    )
