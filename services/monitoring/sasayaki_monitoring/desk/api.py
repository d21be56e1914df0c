"""MonitoringService's desk: an operator watches what concerns them."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass

from sasayaki.monitoring.v1 import monitoring_service_pb2 as pb
from sasayaki_chassis.rpc import Context, Rights, caller
from sasayaki_monitoring.desk.view import DeskView
from sasayaki_monitoring.methods import SERVICE

RIGHTS: Rights = {f"{SERVICE}WatchOperator": frozenset(("operator",))}


@dataclass(frozen=True)
class Desks:
    """What the method works with; `require_current` raises Unavailable while `view` is behind."""

    view: DeskView
    require_current: Callable[[], None]


class DeskMethods:
    """An operator sees their own desk: no request says whose."""

    _desks: Desks

    async def WatchOperator(
        self, request: pb.WatchOperatorRequest, context: Context
    ) -> AsyncIterator[pb.WatchOperatorResponse]:
        who = caller()
        # Whoever watched a replay would see old listeners come and go.
        self._desks.require_current()
        with self._desks.view.watch((who.tenant_id, who.user_id)) as watcher:
            async for rows in watcher.changes():
                yield pb.WatchOperatorResponse(rows=rows)
