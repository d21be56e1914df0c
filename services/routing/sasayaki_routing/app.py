"""Wires routing together. Everything is built here and handed down; nothing is global."""

from datetime import datetime

from sasayaki.routing.v1.routing_service_pb2_grpc import add_RoutingServiceServicer_to_server
from sasayaki_chassis.service import Built, Service, Servicers
from sasayaki_routing import metrics
from sasayaki_routing.api import RIGHTS, RoutingService
from sasayaki_routing.desk.companies import Companies
from sasayaki_routing.desk.desk import Desks
from sasayaki_routing.explain.view import Decisions
from sasayaki_routing.pool.decider import STREAM, pool_decider
from sasayaki_routing.reactors.callbacks import CallBack
from sasayaki_routing.reactors.offers import OfferToOperator
from sasayaki_routing.reactors.wrap_up import ReleaseAfterWrapUp
from sasayaki_routing.settings import Settings


def build(settings: Settings, started_at: datetime) -> Service:
    """The service, not yet connected to anything."""
    desks, decisions, companies = Desks(), Decisions(), Companies()
    metrics.show(desks)

    def servicers(built: Built) -> Servicers:
        service = RoutingService(
            built.owners[STREAM], desks, decisions, companies, built.require_current
        )
        return [(add_RoutingServiceServicer_to_server, service)]

    return Service(
        name="routing",
        settings=settings,
        rights=RIGHTS,
        servicers=servicers,
        deciders=[pool_decider(settings.limits())],
        reactors=[OfferToOperator(), CallBack(), ReleaseAfterWrapUp()],
        projections=[desks, decisions, companies, metrics.Figures(started_at)],
    )
