"""Every decision about a connected phone goes through here: what the node says, who releases it."""

from collections.abc import Callable, Iterator
from typing import Any, TypeAlias

from sasayaki.event import Recorded
from sasayaki.media.node.v1 import node_pb2 as pb
from sasayaki.media.v1.phone_events import PhoneConnected, PhoneEvent, PhoneGone
from sasayaki_chassis.ids import derived_id
from sasayaki_chassis.owner import Meta, Owners
from sasayaki_media.calls.happened import Source
from sasayaki_media.calls.switchboard import Switchboard, insistently
from sasayaki_media.line.wire import PhoneHappening, phone_fact_of
from sasayaki_media.metrics import PHONES, PHONES_LOST
from sasayaki_media.phones.person import Person
from sasayaki_media.phones.phone import Command, Line, Lose, Release, State

PhoneOwners: TypeAlias = Owners[State, Command, PhoneEvent]


class ConnectedPhones:
    """A view: how many phones are connected, as a metric."""

    topics: tuple[str, ...] = ("media.phone",)

    def __init__(self) -> None:
        self._ids: set[str] = set()

    def fold(self, record: Recorded[Any]) -> None:
        match record.data:
            case PhoneConnected():
                self._ids.add(record.subject)
            case PhoneGone():
                self._ids.discard(record.subject)
        PHONES.set(len(self._ids))


class Phones:
    """Asks the owners and says which phones may have an order to send."""

    def __init__(self, owners: PhoneOwners, calls: Switchboard) -> None:
        self._owners = owners
        self._calls = calls
        self._decided: Callable[[str], None] = lambda _: None

    def on_decided(self, decided: Callable[[str], None]) -> None:
        """Calls back with the phone id after every decision that counted."""
        self._decided = decided

    async def note(self, happening: pb.Happening, source: Source) -> None:
        """Takes down what happened to a phone; asked again until it is decided."""
        told = phone_fact_of(happening, source)
        if told is None:
            return
        phone_id = _phone_id(source.node_id, told.node_phone_id)
        meta = self._meta(phone_id, told)
        if meta is not None:
            request_id = f"{source.node_id}/{source.seq}"
            await self._insist(phone_id, told.fact, request_id=request_id, meta=meta)

    async def lose(self, phone_id: str, node_id: str) -> None:
        """The phone went with its node."""
        if meta := self._owners.meta(phone_id):
            meta, request_id = Meta(meta.tenant_id), f"{node_id}/lost"
            if await self._insist(phone_id, Lose(node_id), request_id=request_id, meta=meta):
                PHONES_LOST.inc()

    async def release(self, user_id: str, *, request_id: str, meta: Meta) -> None:
        """Orders the phones of a user of the caller's tenant to be hung up."""
        for phone_id, line in tuple(self.connected()):
            known = self._owners.meta(phone_id)
            if line.user_id == user_id and known and known.tenant_id == meta.tenant_id:
                await self._owners.handle(phone_id, Release(), request_id=request_id, meta=meta)
                self._decided(phone_id)

    def to_release(self, phone_id: str) -> Person | None:
        """Whose phone the node is to hang up, if it is."""
        state, meta = self._owners.state(phone_id), self._owners.meta(phone_id)
        if meta is None or not isinstance(state, Line) or not state.releasing:
            return None
        return Person(meta.tenant_id, state.user_id)

    def connected(self) -> Iterator[tuple[str, Line]]:
        """Every phone that is connected, as it is decided so far."""
        for phone_id, state in self._owners.going_on():
            if isinstance(state, Line):
                yield phone_id, state

    async def serving(self) -> None:
        """Waits until every phone's history has been read."""
        await self._owners.all_serving()

    def _meta(self, phone_id: str, told: PhoneHappening) -> Meta | None:
        """Whose phone it is: the tenant of the call for which it rang; None if there is none."""
        known = self._owners.meta(phone_id) or self._calls.meta(told.rang_for)
        return Meta(known.tenant_id) if known else None

    async def _insist(
        self, phone_id: str, command: Command, *, request_id: str, meta: Meta
    ) -> tuple[PhoneEvent, ...] | None:
        events = await insistently(
            lambda: self._owners.handle(phone_id, command, request_id=request_id, meta=meta)
        )
        self._decided(phone_id)
        return events


def _phone_id(node_id: str, node_phone_id: str) -> str:
    """The same for the same connection, and known from every happening of it."""
    return derived_id("phn", node_id, "PhoneConnected", node_phone_id)
