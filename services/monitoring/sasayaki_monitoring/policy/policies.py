"""The policies of all client companies, and what holds where nothing is set."""

from functools import lru_cache

from sasayaki.monitoring.v1.alert_events import AlertKind
from sasayaki.monitoring.v1.policy_events import PolicyEvent
from sasayaki_chassis.ids import derived_id
from sasayaki_chassis.owner import Meta, Owners
from sasayaki_monitoring.alerts.alert import Ladder
from sasayaki_monitoring.policy.policy import (
    Command,
    Policy,
    Rule,
    SetLadder,
    SetRule,
    SetSupervised,
    Supervised,
)

STREAMS_MOST = 10_000
"""Stream ids kept: the alert rules ask for a policy hundreds of times a second."""


class Policies:
    """A client company's policy is its outsourcer's: another tenant's of that name is another."""

    def __init__(self, policies: Owners[Policy, Command, PolicyEvent], usual: Ladder) -> None:
        self._policies = policies
        self._usual = usual

    def ladder(self, tenant_id: str, client_id: str) -> Ladder:
        return self._policy(tenant_id, client_id).ladder or self._usual

    def supervised(self, tenant_id: str, client_id: str) -> Supervised:
        return self._policy(tenant_id, client_id).supervised or Supervised()

    def rule(self, tenant_id: str, client_id: str, kind: AlertKind) -> Rule | None:
        """None: the rule's default."""
        return self._policy(tenant_id, client_id).rules.get(kind)

    async def set_ladder(
        self, client_id: str, ladder: Ladder, *, request_id: str, meta: Meta
    ) -> None:
        """Raises Refused, Unavailable or Overloaded, as its siblings do."""
        await self._set(SetLadder(client_id, ladder), request_id, meta)

    async def set_supervised(
        self, client_id: str, supervised: Supervised, *, request_id: str, meta: Meta
    ) -> None:
        await self._set(SetSupervised(client_id, supervised), request_id, meta)

    async def set_rule(
        self, client_id: str, kind: AlertKind, rule: Rule, *, request_id: str, meta: Meta
    ) -> None:
        await self._set(SetRule(client_id, kind, rule), request_id, meta)

    def _policy(self, tenant_id: str, client_id: str) -> Policy:
        return self._policies.state(_stream(tenant_id, client_id))

    async def _set(self, command: Command, request_id: str, meta: Meta) -> None:
        """Each kind of command has request ids of its own; a ladder's are as they always were."""
        asked = "" if isinstance(command, SetLadder) else f"{type(command).__name__}/"
        await self._policies.handle(
            _stream(meta.tenant_id, command.client_id),
            command,
            request_id=f"{asked}{request_id}",
            meta=meta,
        )


@lru_cache(maxsize=STREAMS_MOST)
def _stream(tenant_id: str, client_id: str) -> str:
    return derived_id("pol", tenant_id, "Policy", client_id)
