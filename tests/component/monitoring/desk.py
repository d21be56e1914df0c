"""What an operator sees and does at the desk in a test, and what an administrator sets."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any
from uuid import uuid4

from tests.component.monitoring.gallery import Gallery, bearer, current, following
from tests.harness.waiting import until

from sasayaki.monitoring.v1 import desk_pb2
from sasayaki.monitoring.v1 import monitoring_service_pb2 as pb
from sasayaki.monitoring.v1 import supervision_events_pb2 as wire


class Desk:
    """One operator's open stream: every row so far."""

    def __init__(self) -> None:
        self.rows: list[desk_pb2.DeskRow] = []
        self.present: list[desk_pb2.DeskRow] = []
        self.begun = False

    def take(self, message: pb.WatchOperatorResponse) -> None:
        if not self.begun:
            self.present = list(message.rows)
        self.rows += message.rows
        self.begun = True

    async def sees(self, holds: Callable[[desk_pb2.DeskRow], bool]) -> desk_pb2.DeskRow:
        """Returns a row of which this holds, once it is there."""
        await until(lambda: any(holds(row) for row in self.rows))
        return next(row for row in reversed(self.rows) if holds(row))

    async def question(self, supervision_id: str) -> desk_pb2.DeskConsent:
        row = await self.sees(lambda row: row.consent.supervision_id == supervision_id)
        return row.consent

    async def listener(self, supervision_id: str) -> desk_pb2.DeskListener:
        row = await self.sees(lambda row: row.listener.supervision_id == supervision_id)
        return row.listener

    async def gone(self, **what: str) -> None:
        """Returns when the row of that id has been taken away."""
        ((kind, row_id),) = what.items()
        await self.sees(lambda row: getattr(row.gone, kind) == row_id)


@asynccontextmanager
async def at_desk(gallery: Gallery, operator_id: str, **claims: Any) -> AsyncIterator[Desk]:
    """Watches an operator's desk; what is there has been seen when the block begins."""
    desk = Desk()
    who = bearer(operator_id, **{"role": "operator", **claims})
    request = pb.WatchOperatorRequest()
    async with following(
        lambda: gallery.monitoring.WatchOperator(request, metadata=who), desk.take
    ):
        yield desk


async def answer(
    gallery: Gallery,
    supervision_id: str,
    said: wire.ConsentAnswer.ValueType,
    operator_id: str,
    reason: wire.ConsentReason.ValueType = wire.CONSENT_REASON_UNSPECIFIED,
) -> None:
    request = pb.AnswerConsentRequest(
        request_id=str(uuid4()), supervision_id=supervision_id, answer=said, reason=reason
    )
    who = bearer(operator_id, role="operator")
    await current(lambda: gallery.monitoring.AnswerConsent(request, metadata=who))


async def set_policy(
    gallery: Gallery,
    client_id: str = "cli_acme",
    *,
    consent_for: list[wire.Purpose.ValueType] | None = None,
    not_allowed: list[wire.Purpose.ValueType] | None = None,
    answer_within_ms: int = 0,
    daily_limit: int = 0,
    **claims: Any,
) -> None:
    request = pb.SetSupervisionPolicyRequest(
        request_id=str(uuid4()),
        client_id=client_id,
        consent_for=consent_for or (),
        not_allowed=not_allowed or (),
        answer_within_ms=answer_within_ms,
        daily_limit=daily_limit,
    )
    who = bearer("usr_admin", **{"role": "admin", **claims})
    await gallery.monitoring.SetSupervisionPolicy(request, metadata=who)
