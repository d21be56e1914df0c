"""MonitoringService's alerts and the floor: who may call for help, come, and watch."""

from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import grpc

from sasayaki.monitoring.v1 import alert_events_pb2 as wire
from sasayaki.monitoring.v1 import monitoring_service_pb2 as pb
from sasayaki.monitoring.v1.alert_events import (
    AlertEndReason,
    AlertKind,
    AlertOutcome,
    AlertReason,
)
from sasayaki_chassis.decider import Refused
from sasayaki_chassis.fields import Check, InvalidField, an_id, between, require
from sasayaki_chassis.ids import derived_id
from sasayaki_chassis.owner import Meta
from sasayaki_chassis.rpc import Context, Rights, caller, meta, refusals, request_id_of
from sasayaki_monitoring.alerts.alert import (
    Cancel,
    Claim,
    Command,
    End,
    GiveReason,
    Ladder,
    NotRaised,
    Raise,
    Resolve,
)
from sasayaki_monitoring.alerts.open_alerts import Alerts, Key, OpenAlerts
from sasayaki_monitoring.alerts.rules import BY_KIND
from sasayaki_monitoring.floor.floor import Talk
from sasayaki_monitoring.floor.rows import Part
from sasayaki_monitoring.floor.view import FloorView
from sasayaki_monitoring.floor.watchers import Watchers
from sasayaki_monitoring.methods import SERVICE, SUPERVISORS, check_permitted, named
from sasayaki_monitoring.policy.policies import Policies
from sasayaki_monitoring.policy.policy import Rule

OPERATORS = frozenset(("operator",))

RIGHTS: Rights = {
    f"{SERVICE}RaiseAlert": OPERATORS,
    f"{SERVICE}GiveAlertReason": OPERATORS,
    f"{SERVICE}CancelAlert": OPERATORS,
    f"{SERVICE}ClaimAlert": SUPERVISORS,
    f"{SERVICE}ResolveAlert": SUPERVISORS,
    f"{SERVICE}EndAlert": frozenset(("service",)),
    f"{SERVICE}SetAlertLadder": frozenset(("admin",)),
    f"{SERVICE}SetAlertRule": frozenset(("admin",)),
    f"{SERVICE}WatchFloor": SUPERVISORS | {"client"},
}

CODES: Mapping[str, grpc.StatusCode] = {
    "UNKNOWN_ALERT": grpc.StatusCode.NOT_FOUND,
    "NOT_PERMITTED": grpc.StatusCode.PERMISSION_DENIED,
    "NOT_YOURS": grpc.StatusCode.PERMISSION_DENIED,
}

ALERT = an_id("alt")
REASON = named(wire.AlertReason)
OUTCOME = named(wire.AlertOutcome)
END = named(wire.AlertEndReason)
RULE_KINDS = {wire.AlertKind.Value(kind.value) for kind in BY_KIND}
PARTS: Mapping[int, Part] = {
    pb.FLOOR_PART_UNSPECIFIED: Part.EVERY,
    pb.FLOOR_PART_ALERTS: Part.ALERTS,
    pb.FLOOR_PART_SHARED: Part.SHARED,
}
NEWS_S = 1.0
"""A talk that has just begun may be known to the operator a moment before it is known here."""
LADDER_MS = between(1_000, 3_600_000)
HOURLY = between(0, 60)
DURATION_MS = between(1, 24 * 3_600_000)
TIMES = between(1, 60)
PER_MILLE = between(1, 1_000)
UNITS: Mapping[AlertKind, Check] = {AlertKind.OVERTALK: TIMES, AlertKind.SERVICE_LEVEL: PER_MILLE}
"""Of thresholds; of every other rule it is milliseconds."""


@dataclass(frozen=True)
class Alerting:
    """What the methods work with; `require_current` raises Unavailable while `view` is behind."""

    alerts: Alerts
    open: OpenAlerts
    view: FloorView
    watchers: Watchers
    policies: Policies
    require_current: Callable[[], None]


class AlertMethods:
    """An alert is the caller's own, about the call that they are in: no request says either."""

    _alerting: Alerting

    async def RaiseAlert(
        self, request: pb.RaiseAlertRequest, context: Context
    ) -> pb.RaiseAlertResponse:
        async with refusals(context, CODES):
            require(request)
            who = caller()
            alert_id = derived_id(
                "alt", who.tenant_id, "RaiseAlert", f"{who.user_id}/{request.request_id}"
            )
            if self._alerting.alerts.meta(alert_id) is None:
                alert_id = await self._raise(request.request_id, alert_id)
        return pb.RaiseAlertResponse(alert_id=alert_id)

    async def GiveAlertReason(
        self, request: pb.GiveAlertReasonRequest, context: Context
    ) -> pb.GiveAlertReasonResponse:
        async with refusals(context, CODES):
            require(request, alert_id=ALERT, reason=REASON)
            reason = AlertReason(wire.AlertReason.Name(request.reason))
            await self._ask_alert(request, GiveReason(caller().user_id, reason))
        return pb.GiveAlertReasonResponse()

    async def CancelAlert(
        self, request: pb.CancelAlertRequest, context: Context
    ) -> pb.CancelAlertResponse:
        async with refusals(context, CODES):
            require(request, alert_id=ALERT)
            await self._ask_alert(request, Cancel(caller().user_id))
        return pb.CancelAlertResponse()

    async def ClaimAlert(
        self, request: pb.ClaimAlertRequest, context: Context
    ) -> pb.ClaimAlertResponse:
        async with refusals(context, CODES):
            require(request, alert_id=ALERT)
            self._check_alert_permitted(request.alert_id)
            await self._ask_alert(request, Claim(caller().user_id))
            alert = self._alerting.alerts.state(request.alert_id)
            assert not isinstance(alert, NotRaised), "a claim of an alert that was never raised"
        return pb.ClaimAlertResponse(
            contact_id=alert.about.contact_id, operator_id=alert.about.operator_id
        )

    async def ResolveAlert(
        self, request: pb.ResolveAlertRequest, context: Context
    ) -> pb.ResolveAlertResponse:
        async with refusals(context, CODES):
            require(request, alert_id=ALERT, outcome=OUTCOME)
            self._check_alert_permitted(request.alert_id)
            outcome = AlertOutcome(wire.AlertOutcome.Name(request.outcome))
            await self._ask_alert(request, Resolve(caller().user_id, outcome))
        return pb.ResolveAlertResponse()

    async def EndAlert(self, request: pb.EndAlertRequest, context: Context) -> pb.EndAlertResponse:
        async with refusals(context, CODES):
            require(request, alert_id=ALERT, reason=END)
            reason = AlertEndReason(wire.AlertEndReason.Name(request.reason))
            await self._ask_alert(request, End(reason))
        return pb.EndAlertResponse()

    async def SetAlertLadder(
        self, request: pb.SetAlertLadderRequest, context: Context
    ) -> pb.SetAlertLadderResponse:
        async with refusals(context, CODES):
            require(
                request,
                client_id=an_id("cli"),
                all_after_ms=LADDER_MS,
                managers_after_ms=LADDER_MS,
            )
            ladder = Ladder(
                timedelta(milliseconds=request.all_after_ms),
                timedelta(milliseconds=request.managers_after_ms),
            )
            await self._alerting.policies.set_ladder(
                request.client_id,
                ladder,
                request_id=f"{caller().user_id}/{request.request_id}",
                meta=meta(client_id=request.client_id),
            )
        return pb.SetAlertLadderResponse()

    async def SetAlertRule(
        self, request: pb.SetAlertRuleRequest, context: Context
    ) -> pb.SetAlertRuleResponse:
        async with refusals(context, CODES):
            require(request, client_id=an_id("cli"), kind=_of_a_rule, hourly_most=HOURLY)
            kind = AlertKind(wire.AlertKind.Name(request.kind))
            await self._alerting.policies.set_rule(
                request.client_id,
                kind,
                _rule(kind, request),
                request_id=f"{caller().user_id}/{request.request_id}",
                meta=meta(client_id=request.client_id),
            )
        return pb.SetAlertRuleResponse()

    async def WatchFloor(
        self, request: pb.WatchFloorRequest, context: Context
    ) -> AsyncIterator[pb.WatchFloorResponse]:
        # Whoever watched a replay would see old alerts come and go.
        self._alerting.require_current()
        async with refusals(context, CODES):
            require(request, part=_a_part)
            if caller().role == "client" and request.part == pb.FLOOR_PART_ALERTS:
                raise Refused("NOT_PERMITTED", "alerts are not for client companies")
        with self._alerting.view.watch(caller(), PARTS[request.part]) as watcher:
            async for rows in watcher.changes():
                yield pb.WatchFloorResponse(rows=rows)

    async def _raise(self, request_id: str, alert_id: str) -> str:
        """Returns the alert that the operator now has in this call."""
        self._alerting.require_current()
        who = caller()
        talk = await self._alerting.view.talk_soon(who.tenant_id, who.user_id, NEWS_S)
        if talk is None:
            raise Refused("NO_CALL", "you talk with nobody")
        present = self._alerting.open.of(who.tenant_id, who.user_id, talk.contact_id)
        try:
            return await self._raised(request_id, present or alert_id, talk)
        except Refused:
            if present is None:
                raise
        # The alert of the earlier press has just come to its end.
        return await self._raised(request_id, alert_id, talk)

    async def _raised(self, request_id: str, alert_id: str, talk: Talk) -> str:
        view, watchers = self._alerting.view, self._alerting.watchers
        team_id = view.team_of(talk.tenant_id, talk.operator_id)
        command = Raise(
            contact_id=talk.contact_id,
            operator_id=talk.operator_id,
            team_id=team_id or None,
            level=watchers.first_level(talk.tenant_id, talk.client_id, team_id),
            ladder=self._alerting.policies.ladder(talk.tenant_id, talk.client_id),
        )
        key = Key(talk.tenant_id, AlertKind.HELP, talk.operator_id)
        with self._alerting.open.raising(alert_id, key):
            await self._alerting.alerts.handle(
                alert_id,
                command,
                request_id=f"Raise/{request_id}",
                meta=meta(client_id=talk.client_id, correlation_id=talk.contact_id),
            )
        return alert_id

    def _check_alert_permitted(self, alert_id: str) -> None:
        known = self._known_alert(alert_id)
        check_permitted(known.client_id, caller().clients)

    def _known_alert(self, alert_id: str) -> Meta:
        """Whose alert it is; another tenant's is as unknown as none."""
        known = self._alerting.alerts.meta(alert_id)
        if known is None or known.tenant_id != caller().tenant_id:
            raise Refused("UNKNOWN_ALERT", f"no alert {alert_id!r}")
        return known

    async def _ask_alert(self, request: Any, command: Command) -> None:
        known = self._known_alert(request.alert_id)
        await self._alerting.alerts.handle(
            request.alert_id,
            command,
            request_id=request_id_of(command, request.request_id),
            meta=meta(client_id=known.client_id, correlation_id=known.correlation_id),
        )


def _rule(kind: AlertKind, request: pb.SetAlertRuleRequest) -> Rule:
    """What is asked for; a rule that is switched off needs no thresholds."""
    usual = BY_KIND[kind].usual
    hourly_most = request.hourly_most or usual.hourly_most
    if not request.enabled:
        return replace(usual, enabled=False, hourly_most=hourly_most)
    unit = UNITS.get(kind, DURATION_MS)
    require(request, threshold=unit, cleared_at=unit)
    rule = Rule(True, request.threshold, request.cleared_at, hourly_most)
    if not BY_KIND[kind].is_sound(rule):
        raise InvalidField("cleared_at", "not on the quiet side of the threshold")
    return rule


def _a_part(part: int) -> str | None:
    return None if part in PARTS else f"no part of the floor: {part}"


def _of_a_rule(kind: int) -> str | None:
    return None if kind in RULE_KINDS else "must be a rule's"
