"""Who talks with whom right now: a view of `media.call`."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sasayaki.event import Recorded
from sasayaki.media.v1.call_events import (
    CallArrived,
    CallEnded,
    CallPlaced,
    OperatorLegEnded,
    TalkStarted,
)
from sasayaki_chassis.decider import Refused
from sasayaki_monitoring.floor.legs import Legs


@dataclass(frozen=True, slots=True)
class Talk:
    """One customer with one operator: of several, the one who has talked longest."""

    contact_id: str
    tenant_id: str
    client_id: str
    operator_id: str
    leg_id: str


class Floor:
    """The talks under way, by contact."""

    topics: tuple[str, ...] = ("media.call",)

    def __init__(self) -> None:
        self._talks: dict[str, Talk] = {}
        self._legs = Legs()
        self._clients: dict[str, str] = {}
        self._awaited: dict[str, asyncio.Event] = {}

    def fold(self, record: Recorded[Any]) -> None:
        contact_id = record.subject
        match record.data:
            case CallArrived():
                self._clients[contact_id] = record.client_id or ""
            case CallPlaced():
                self._clients[contact_id] = record.client_id or ""
            case TalkStarted() | OperatorLegEnded():
                self._follow_legs(record)
            case CallEnded():
                self._follow_legs(record)
                self._clients.pop(contact_id, None)

    def _follow_legs(self, record: Recorded[Any]) -> None:
        """A second operator changes nothing until the first has left."""
        contact_id = record.subject
        if not self._legs.fold(record):
            return
        talk, first = self._talks.get(contact_id), next(iter(self._legs.of(contact_id)), None)
        if first is None:
            self._talks.pop(contact_id, None)
        elif talk is None or talk.leg_id != first.leg_id:
            client_id = record.client_id or self._clients.get(contact_id, "")
            self._talks[contact_id] = Talk(
                contact_id, record.tenant_id, client_id, first.operator_id, first.leg_id
            )
            if awaited := self._awaited.pop(contact_id, None):
                awaited.set()

    def talk(self, contact_id: str, *, tenant_id: str) -> Talk:
        """The talk of a contact; refuses UNKNOWN_CALL, for another tenant's as for none."""
        talk = self._talks.get(contact_id)
        if talk is None or talk.tenant_id != tenant_id:
            raise Refused("UNKNOWN_CALL", f"{contact_id!r} talks with no operator")
        return talk

    async def news_of(self, contact_id: str, wait_s: float) -> None:
        """Returns when a talk of this contact starts, or after `wait_s`."""
        awaited = self._awaited.setdefault(contact_id, asyncio.Event())
        try:
            async with asyncio.timeout(wait_s):
                await awaited.wait()
        except TimeoutError:
            if self._awaited.get(contact_id) is awaited:
                del self._awaited[contact_id]

    @property
    def talks(self) -> Mapping[str, Talk]:
        return self._talks
