"""By what operators can be reached, followed from media: nothing of it is kept."""

import asyncio
import logging
from collections.abc import AsyncIterator, Sequence
from typing import Protocol

from google.protobuf.message import Message

from sasayaki.media.v1 import media_service_pb2 as media
from sasayaki_chassis.owner import Unavailable
from sasayaki_chassis.peers import Rejected
from sasayaki_monitoring.floor.view import FloorView

log = logging.getLogger(__name__)

AGAIN_S = 1.0
"""How long after a stream's end media is asked again."""
ROWS_AT_ONCE = 100
"""Rows that are shown before the watchers have time to take them: each holds 1,024 at most."""
BREATH_S = 0.02


class Peer(Protocol):
    """The way to other services."""

    def watch(self, request: Message) -> AsyncIterator[Message]: ...


class FollowReach:
    """Asks media as long as the service runs; while it does not answer, nobody knows."""

    def __init__(self, peers: Peer, view: FloorView) -> None:
        self._peers = peers
        self._view = view

    async def run(self) -> None:
        while True:
            await self.follow()
            await asyncio.sleep(AGAIN_S)

    async def follow(self) -> None:
        """One stream, to its end."""
        tenant_id = ""
        try:
            async for told in self._peers.watch(media.WatchPhonesRequest()):
                assert isinstance(told, media.WatchPhonesResponse)
                first, tenant_id = not tenant_id, told.tenant_id
                reach = {each.user_id: each.reach for each in told.people}
                await self._show(tenant_id, self._view.reached(tenant_id, reach, whole=first))
        except (Unavailable, Rejected) as error:
            if tenant_id:
                log.info("reach_not_told", extra={"error": str(error)})
        await self._show(tenant_id, self._view.reach_unknown(tenant_id))

    async def _show(self, tenant_id: str, operator_ids: Sequence[str]) -> None:
        for at in range(0, len(operator_ids), ROWS_AT_ONCE):
            for operator_id in operator_ids[at : at + ROWS_AT_ONCE]:
                self._view.show_operator(tenant_id, operator_id)
            await asyncio.sleep(BREATH_S)
