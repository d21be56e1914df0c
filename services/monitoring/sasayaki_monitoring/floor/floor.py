"""Who talks with whom right now: a view of `media.call`."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sasayaki.event import Recorded
from sasayaki.media.v1.call_events import CallArrived, CallEnded, OperatorLegEnded, TalkStarted
from sasayaki_chassis.decider import Refused


@dataclass(frozen=True, slots=True)
class Talk:
    """One customer with one operator."""

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
        self._legs: dict[str, dict[str, Talk]] = {}
        """All operators of a call by leg; the one who has the customer came first."""
        self._clients: dict[str, str] = {}
        self._awaited: dict[str, asyncio.Event] = {}

    def fold(self, record: Recorded[Any]) -> None:
        contact_id = record.subject
        match record.data:
            case CallArrived():
                self._clients[contact_id] = record.client_id or ""
            case TalkStarted(operator_id=""):
                pass  # somebody outside
            case TalkStarted(operator_id=operator_id, leg_id=leg_id):
                client_id = record.client_id or self._clients.get(contact_id, "")
                talk = Talk(contact_id, record.tenant_id, client_id, operator_id, leg_id)
                self._legs.setdefault(contact_id, {})[leg_id] = talk
                self._talks.setdefault(contact_id, talk)
                if awaited := self._awaited.pop(contact_id, None):
                    awaited.set()
            case OperatorLegEnded(leg_id=leg_id):
                self._leg_ends(contact_id, leg_id)
            case CallEnded():
                self._legs.pop(contact_id, None)
                self._talks.pop(contact_id, None)
                self._clients.pop(contact_id, None)

    def _leg_ends(self, contact_id: str, leg_id: str) -> None:
        """The talk goes on with the colleague who was asked, if there is one."""
        legs = self._legs.get(contact_id, {})
        ended = legs.pop(leg_id, None)
        if ended is None or self._talks.get(contact_id) is not ended:
            return
        if legs:
            self._talks[contact_id] = next(iter(legs.values()))
        else:
            del self._talks[contact_id], self._legs[contact_id]

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
