"""What a test sees and does on the live floor: watchers, operators who press, and who comes."""

import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any
from uuid import uuid4

from tests.component.monitoring.gallery import SATO, Gallery, bearer, following
from tests.harness.waiting import until

from sasayaki.monitoring.v1 import alert_events_pb2 as alert_wire
from sasayaki.monitoring.v1 import floor_pb2
from sasayaki.monitoring.v1 import monitoring_service_pb2 as pb
from sasayaki.routing.v1.pool_events import OperatorPut

POOL_ID = "pool_test"
OPEN = floor_pb2.FLOOR_ALERT_STATE_OPEN


class Wall:
    """One who watches the floor: every row with the instant at which it was seen."""

    def __init__(self) -> None:
        self.rows: list[tuple[float, floor_pb2.FloorRow]] = []
        self.present: list[floor_pb2.FloorRow] = []
        self.begun = False

    def take(self, message: pb.WatchFloorResponse) -> None:
        seen_at = time.perf_counter()
        if not self.begun:
            self.present = list(message.rows)
        self.rows += [(seen_at, row) for row in message.rows]
        self.begun = True

    def alerts(self, alert_id: str = "") -> list[floor_pb2.FloorAlert]:
        """Every row of an alert so far, or of all alerts."""
        found = [row.alert for _, row in self.rows if row.HasField("alert")]
        return [alert for alert in found if not alert_id or alert.alert_id == alert_id]

    async def sees(self, holds: Callable[[floor_pb2.FloorRow], bool]) -> None:
        """Returns when a row is there of which this holds."""
        await until(lambda: any(holds(row) for _, row in self.rows))

    async def sees_alert(self, alert_id: str, **fields: Any) -> None:
        """Returns when the alert's latest row has these fields."""

        def holds() -> bool:
            rows = self.alerts(alert_id)
            return bool(rows) and all(
                getattr(rows[-1], name) == value for name, value in fields.items()
            )

        await until(holds)

    async def sees_talk(self, contact_id: str) -> None:
        await self.sees(lambda row: row.talk.contact_id == contact_id)

    def seen_at(self, alert_id: str) -> float:
        """When the alert first came, seconds of the process's clock."""
        return next(at for at, row in self.rows if row.alert.alert_id == alert_id)


@asynccontextmanager
async def watching(
    gallery: Gallery,
    user_id: str = SATO,
    part: pb.FloorPart.ValueType = pb.FLOOR_PART_UNSPECIFIED,
    **claims: Any,
) -> AsyncIterator[Wall]:
    """Watches the floor; the present one has been seen when the block begins."""
    wall = Wall()
    who, request = bearer(user_id, **claims), pb.WatchFloorRequest(part=part)
    async with following(lambda: gallery.monitoring.WatchFloor(request, metadata=who), wall.take):
        yield wall


async def put_operator(
    gallery: Gallery, operator_id: str, team_id: str = "tem_1", *clients: str
) -> None:
    put = OperatorPut(
        operator_id=operator_id,
        team_id=team_id,
        skills=(),
        client_ids=clients or ("cli_acme",),
        skill_levels=(),
    )
    await gallery.pool.tell(POOL_ID, put)


def operator(user_id: str, **claims: Any) -> tuple[tuple[str, str], ...]:
    return bearer(user_id, **{"role": "operator", **claims})


async def press(gallery: Gallery, operator_id: str, *, request_id: str = "", **claims: Any) -> str:
    """The operator calls for help; returns the alert's id."""
    request = pb.RaiseAlertRequest(request_id=request_id or str(uuid4()))
    answer = await gallery.monitoring.RaiseAlert(request, metadata=operator(operator_id, **claims))
    return str(answer.alert_id)


async def claim(gallery: Gallery, alert_id: str, user_id: str = SATO, **claims: Any) -> str:
    """Returns the contact that needs help."""
    request = pb.ClaimAlertRequest(request_id=str(uuid4()), alert_id=alert_id)
    answer = await gallery.monitoring.ClaimAlert(request, metadata=bearer(user_id, **claims))
    return str(answer.contact_id)


async def cancel(gallery: Gallery, alert_id: str, operator_id: str, **claims: Any) -> None:
    request = pb.CancelAlertRequest(request_id=str(uuid4()), alert_id=alert_id)
    await gallery.monitoring.CancelAlert(request, metadata=operator(operator_id, **claims))


async def give_reason(gallery: Gallery, alert_id: str, operator_id: str) -> None:
    request = pb.GiveAlertReasonRequest(
        request_id=str(uuid4()),
        alert_id=alert_id,
        reason=alert_wire.ALERT_REASON_ANGRY_CUSTOMER,
    )
    await gallery.monitoring.GiveAlertReason(request, metadata=operator(operator_id))


async def resolve(gallery: Gallery, alert_id: str, user_id: str = SATO, **claims: Any) -> None:
    request = pb.ResolveAlertRequest(
        request_id=str(uuid4()),
        alert_id=alert_id,
        outcome=alert_wire.ALERT_OUTCOME_SOLVED,
    )
    await gallery.monitoring.ResolveAlert(request, metadata=bearer(user_id, **claims))


async def set_ladder(
    gallery: Gallery, client_id: str, all_after_ms: int, managers_after_ms: int, **claims: Any
) -> None:
    request = pb.SetAlertLadderRequest(
        request_id=str(uuid4()),
        client_id=client_id,
        all_after_ms=all_after_ms,
        managers_after_ms=managers_after_ms,
    )
    who = bearer("usr_admin", **{"role": "admin", **claims})
    await gallery.monitoring.SetAlertLadder(request, metadata=who)


async def set_rule(
    gallery: Gallery,
    kind: alert_wire.AlertKind.ValueType,
    threshold: int,
    cleared_at: int,
    *,
    enabled: bool = True,
    client_id: str = "cli_acme",
    hourly_most: int = 0,
    **claims: Any,
) -> None:
    request = pb.SetAlertRuleRequest(
        request_id=str(uuid4()),
        client_id=client_id,
        kind=kind,
        enabled=enabled,
        threshold=threshold,
        cleared_at=cleared_at,
        hourly_most=hourly_most,
    )
    who = bearer("usr_admin", **{"role": "admin", **claims})
    await gallery.monitoring.SetAlertRule(request, metadata=who)
