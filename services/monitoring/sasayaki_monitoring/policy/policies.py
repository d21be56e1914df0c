"""The policies of all client companies, and what holds where nothing is set."""

from functools import lru_cache

from sasayaki.monitoring.v1.alert_events import AlertKind
from sasayaki.monitoring.v1.policy_events import PolicyEvent
from sasayaki_chassis.ids import derived_id
from sasayaki_chassis.owner import Meta, Owners
from sasayaki_monitoring.alerts.alert import Ladder
from sasayaki_monitoring.policy.policy import Command, Policy, Rule, SetLadder, SetRule

STREAMS_MOST = 10_000
"""Stream ids kept: the alert rules ask for a policy hundreds of times a second."""


class Policies:
    """A client company's policy is its outsourcer's: another tenant's of that name is another."""

    def __init__(self, policies: Owners[Policy, Command, PolicyEvent], usual: Ladder) -> None:
        self._policies = policies
        self._usual = usual

    def ladder(self, tenant_id: str, client_id: str) -> Ladder:
        return self._policies.state(_stream(tenant_id, client_id)).ladder or self._usual

    async def set_ladder(
        self, client_id: str, ladder: Ladder, *, request_id: str, meta: Meta
    ) -> None:
        """Raises Refused, Unavailable or Overloaded."""
        await self._set(client_id, SetLadder(client_id, ladder), request_id, meta)

    def rule(self, tenant_id: str, client_id: str, kind: AlertKind) -> Rule | None:
        """What the client company has set for a rule; None: as for everybody."""
        return self._policies.state(_stream(tenant_id, client_id)).rules.get(kind)

    async def set_rule(
        self, client_id: str, kind: AlertKind, rule: Rule, *, request_id: str, meta: Meta
    ) -> None:
        """Raises Refused, Unavailable or Overloaded."""
        await self._set(client_id, SetRule(client_id, kind, rule), request_id, meta)

    async def _set(self, client_id: str, command: Command, request_id: str, meta: Meta) -> None:
        await self._policies.handle(
            _stream(meta.tenant_id, client_id), command, request_id=request_id, meta=meta
        )


@lru_cache(maxsize=STREAMS_MOST)
def _stream(tenant_id: str, client_id: str) -> str:
    return derived_id("pol", tenant_id, "Policy", client_id)
