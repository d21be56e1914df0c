"""What all methods of RoutingService share: roles, checks, codes, and asking the pool."""

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

import grpc

from sasayaki.routing.v1.pool_events import PoolEvent
from sasayaki_chassis.fields import Check, an_id, text
from sasayaki_chassis.follower import Projection
from sasayaki_chassis.owner import Owners
from sasayaki_chassis.rpc import caller, meta, request_id_of
from sasayaki_routing.pool.commands import Command
from sasayaki_routing.pool.state.states import Pool

Pools: TypeAlias = Owners[Pool, Command, PoolEvent]

SERVICE = "/sasayaki.routing.v1.RoutingService/"
SKILLS_MOST = 50
ADMINS = frozenset(("admin",))
OPERATORS = frozenset(("operator",))
SERVICES = frozenset(("service",))

CODES: Mapping[str, grpc.StatusCode] = {
    "UNKNOWN_OPERATOR": grpc.StatusCode.NOT_FOUND,
    "UNKNOWN_CONTACT": grpc.StatusCode.NOT_FOUND,
    "NOT_PERMITTED": grpc.StatusCode.PERMISSION_DENIED,
    "POOL_FULL": grpc.StatusCode.RESOURCE_EXHAUSTED,
}

CONTACT = an_id("con")
OPERATOR = an_id("usr")
QUEUE = an_id("que")
SKILL = text(most=64)


def pool_id(tenant_id: str) -> str:
    """A tenant's only pool."""
    return f"pool_{tenant_id.removeprefix('out_')}"


def each(check: Check, most: int) -> Check:
    """`check` of every element of a list of `most` at most."""

    def check_all(values: Any) -> str | None:
        if len(values) > most:
            return f"{most} at most, not {len(values)}"
        return next((fault for value in values if (fault := check(value))), None)

    return check_all


def one_of(*names: str, of: Any) -> Check:
    """A value of a proto enum that is one of these."""
    values = {of.Value(name) for name in names}
    return lambda value: None if value in values else f"one of {', '.join(names)}"


class Asking:
    """Each tenant has one pool; nobody sees or moves another tenant's."""

    _pools: Pools
    _require_current: Callable[[Projection], None]

    async def _ask(self, request: Any, command: Command) -> tuple[PoolEvent, ...]:
        """Has the caller's pool decide."""
        return await self._pools.handle(
            pool_id(caller().tenant_id),
            command,
            request_id=request_id_of(command, request.request_id),
            meta=meta(),
        )
