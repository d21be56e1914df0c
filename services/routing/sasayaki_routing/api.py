"""RoutingService: the methods of each subject, put together."""

from collections.abc import Callable

from sasayaki.routing.v1 import routing_service_pb2_grpc as rpc
from sasayaki_chassis.follower import Projection
from sasayaki_chassis.rpc import Rights
from sasayaki_routing.desk.companies import Companies
from sasayaki_routing.desk.desk import Desks
from sasayaki_routing.explain.view import Decisions
from sasayaki_routing.methods import callbacks, contacts, profiles, transfers, views
from sasayaki_routing.methods.asking import Pools

RIGHTS: Rights = {
    **profiles.RIGHTS,
    **contacts.RIGHTS,
    **transfers.RIGHTS,
    **callbacks.RIGHTS,
    **views.RIGHTS,
}


class RoutingService(
    profiles.ProfileMethods,
    contacts.ContactMethods,
    transfers.TransferMethods,
    callbacks.CallbackMethods,
    views.ViewMethods,
    rpc.RoutingServiceServicer,
):
    """Each tenant has one pool; nobody sees or moves another tenant's."""

    def __init__(
        self,
        pools: Pools,
        desks: Desks,
        decisions: Decisions,
        companies: Companies,
        require_current: Callable[[Projection], None],
    ) -> None:
        """`require_current` raises Unavailable while a view is behind."""
        self._pools = pools
        self._desks = desks
        self._decisions = decisions
        self._companies = companies
        self._require_current = require_current
