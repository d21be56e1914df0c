"""Every decision about a call goes through here: who asks, whose call it is, what is sent on."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from typing import TypeVar

from sasayaki.media.v1.call_events import CallEvent
from sasayaki_chassis.ids import new_id
from sasayaki_chassis.owner import DecisionFailed, Meta, Overloaded, Owners, Unavailable
from sasayaki_media.calls.commands import Command
from sasayaki_media.calls.orders import Order, outstanding
from sasayaki_media.calls.states import Answering, Arrived, Connected, Live, New, Placing, State
from sasayaki_media.metrics import FAILED, RETRIES

DRAWS_MAX = 1_000
"""Contact ids drawn for one that belongs here, before it is said that none does."""
RETRY_S = (0.05, 1.0)
"""First and longest wait before a decision is asked for again."""

T = TypeVar("T")
CallOwners = Owners[State, Command, CallEvent]


async def insistently(ask: Callable[[], Awaitable[T]]) -> T | None:
    """Asks for a decision until there is one: what happened must not be forgotten.

    None for what a bug keeps from being decided: it is passed over, and so stops nothing else.
    """
    wait_s = RETRY_S[0]
    while True:
        try:
            return await ask()
        except DecisionFailed:
            FAILED.inc()
            return None
        except (Unavailable, Overloaded):
            RETRIES.inc()
            await asyncio.sleep(wait_s)
            wait_s = min(wait_s * 2, RETRY_S[1])


class Switchboard:
    """Asks the owners and says which calls may have orders to send."""

    def __init__(self, owners: CallOwners) -> None:
        self._owners = owners
        self._decided: list[Callable[[str], None]] = []

    def on_decided(self, decided: Callable[[str], None]) -> None:
        """Calls back with the contact id after every decision that counted."""
        self._decided.append(decided)

    async def handle(
        self, contact_id: str, command: Command, *, request_id: str, meta: Meta
    ) -> tuple[CallEvent, ...]:
        """One decision; what it orders is sent before this returns."""
        events = await self._owners.handle(contact_id, command, request_id=request_id, meta=meta)
        for decided in self._decided:
            decided(contact_id)
        return events

    async def insist(
        self, contact_id: str, command: Command, *, request_id: str, meta: Meta
    ) -> tuple[CallEvent, ...] | None:
        """The same, asked again until it is decided; None if a bug is in the way."""
        return await insistently(
            lambda: self.handle(contact_id, command, request_id=request_id, meta=meta)
        )

    def meta(self, contact_id: str) -> Meta | None:
        """Whose call it is; None when there is none of that id."""
        meta = self._owners.meta(contact_id)
        if meta is None:
            return None
        return Meta(meta.tenant_id, meta.client_id, correlation_id=contact_id)

    def state(self, contact_id: str) -> State:
        return self._owners.state(contact_id)

    def node_call_id(self, contact_id: str) -> str:
        """What the node called it before it was admitted; empty when it is not known."""
        state = self._owners.state(contact_id)
        return "" if isinstance(state, New) else state.thread.node_call_id

    def outstanding(self, contact_id: str) -> tuple[Order, ...]:
        return outstanding(self._owners.state(contact_id))

    def live(self) -> Iterator[tuple[str, Live]]:
        """Every call that has begun and not ended, as it is decided so far."""
        for contact_id, state in self._owners.going_on():
            if isinstance(state, Arrived | Answering | Placing | Connected):
                yield contact_id, state

    def owns(self, contact_id: str) -> bool:
        """Whether the call is decided here."""
        return self._owners.owns(contact_id)

    def draw_contact_id(self) -> str:
        """A contact id whose stream is decided here; raises Unavailable if none is."""
        for _ in range(DRAWS_MAX):
            contact_id = new_id("con")
            if self._owners.owns(contact_id):
                return contact_id
        raise Unavailable("no partition of media.call is served here")

    async def serving(self) -> None:
        """Waits until every call's history has been read."""
        await self._owners.all_serving()
