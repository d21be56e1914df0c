"""MonitoringService's policies: how supervision works for one client company."""

from collections.abc import Iterable

from sasayaki.monitoring.v1 import monitoring_service_pb2 as pb
from sasayaki.monitoring.v1 import supervision_events_pb2 as wire
from sasayaki.monitoring.v1.supervision_events import Purpose
from sasayaki_chassis.fields import Check, an_id, between, require
from sasayaki_chassis.rpc import Context, Rights, caller, meta, refusals
from sasayaki_monitoring.methods import SERVICE, named
from sasayaki_monitoring.policy.policies import Policies
from sasayaki_monitoring.policy.policy import ALWAYS_ASKED, MS, Supervised

RIGHTS: Rights = {f"{SERVICE}SetSupervisionPolicy": frozenset(("admin",))}

_PURPOSE = named(wire.Purpose)
ANSWER_MS = between(5_000, 300_000)
DAILY = between(1, 100)


def _each(check: Check) -> Check:
    return lambda values: next((fault for value in values if (fault := check(value))), None)


def _or_usual(check: Check) -> Check:
    """0 stands for what holds for everybody."""
    return lambda value: check(value) if value else None


class PolicyMethods:
    """An administrator sets what holds from then on."""

    _policies: Policies

    async def SetSupervisionPolicy(
        self, request: pb.SetSupervisionPolicyRequest, context: Context
    ) -> pb.SetSupervisionPolicyResponse:
        async with refusals(context):
            require(
                request,
                client_id=an_id("cli"),
                consent_for=_each(_PURPOSE),
                not_allowed=_each(_PURPOSE),
                answer_within_ms=_or_usual(ANSWER_MS),
                daily_limit=_or_usual(DAILY),
            )
            await self._policies.set_supervised(
                request.client_id,
                _supervised(request),
                request_id=f"{caller().user_id}/{request.request_id}",
                meta=meta(client_id=request.client_id),
            )
        return pb.SetSupervisionPolicyResponse()


def _supervised(request: pb.SetSupervisionPolicyRequest) -> Supervised:
    usual = Supervised()
    return Supervised(
        consent_for=_purposes(request.consent_for) | ALWAYS_ASKED,
        not_allowed=_purposes(request.not_allowed),
        answer_within=request.answer_within_ms * MS or usual.answer_within,
        daily_limit=request.daily_limit or usual.daily_limit,
    )


def _purposes(values: Iterable[wire.Purpose.ValueType]) -> frozenset[Purpose]:
    return frozenset(Purpose(wire.Purpose.Name(value)) for value in values)
