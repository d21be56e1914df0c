"""The way to every decision about calls out: who may, what counts, when it is over."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import TypeAlias

from sasayaki.media.v1.outbound_events import (
    OutboundAllowed,
    OutboundEvent,
    OutboundRefusal,
    OutboundRefused,
    OutboundRuleSet,
)
from sasayaki_chassis.clock import Clock
from sasayaki_chassis.decider import Refused
from sasayaki_chassis.owner import Meta, Owners
from sasayaki_media.calls.states import Connected, Ended, New
from sasayaki_media.calls.switchboard import Switchboard, insistently
from sasayaki_media.metrics import ALARMS_UNTOLD, OUTBOUND, OUTBOUND_RUNNING
from sasayaki_media.outbound.outbound import Ask, Command, End, Running, SetRule, State, Suspect

NEVER_BEGUN = timedelta(seconds=60)
"""A call out that was allowed and is not there by then never will be: no request lives so long."""
SWEEP = timedelta(seconds=1)
"""Calls out are looked through this often, if no call changes before, for those that are over."""

OutboundOwners: TypeAlias = Owners[State, Command, OutboundEvent]


class Gate:
    """Asks the owners, and ends what is over. One stream for each client company."""

    def __init__(self, owners: OutboundOwners, calls: Switchboard, clock: Clock) -> None:
        self._owners = owners
        self._calls = calls
        self._clock = clock
        self._contacts: set[str] = set()
        self._asked: set[str] = set()
        self._changed = asyncio.Event()
        calls.on_decided(self._look_at)

    async def set_rule(
        self, client_id: str, rule: OutboundRuleSet, *, request_id: str, meta: Meta
    ) -> None:
        await self._owners.handle(client_id, SetRule(rule), request_id=request_id, meta=meta)

    async def ask(
        self, client_id: str, ask: Ask, *, request_id: str, meta: Meta
    ) -> OutboundAllowed:
        """What was allowed, the same for a repeat; raises Refused when it is refused."""
        try:
            events = await self._owners.handle(client_id, ask, request_id=request_id, meta=meta)
        except Refused as refused:
            if refused.reason == "OUTBOUND_REFUSED":  # its alarm was raised a moment ago
                OUTBOUND.labels(str(refused).lower()).inc()
                ALARMS_UNTOLD.inc()
            raise
        for event in events:
            match event:
                case OutboundAllowed():
                    OUTBOUND.labels("allowed").inc()
                    self._contacts.add(event.contact_id)
                    return event
                case OutboundRefused(refusal=refusal):
                    OUTBOUND.labels(refusal.name.lower()).inc()
                    raise Refused("OUTBOUND_REFUSED", refusal.name)
        raise Refused("OTHER_REQUEST", f"{request_id!r} was not a call out")

    @contextmanager
    def asking(self, client_id: str, outbound_id: str) -> Iterator[None]:
        """While one that was allowed is being ordered: it is not taken for one that never began.

        Raises Refused for one that counts no more: a repeat may not begin what was given up.
        """
        state = self._owners.state(client_id)
        if outbound_id not in {running.outbound_id for running in state.running}:
            raise Refused("OTHER_REQUEST", "that call out is over: ask with a new request id")
        self._asked.add(outbound_id)
        try:
            yield
        finally:
            self._asked.discard(outbound_id)

    async def end(self, client_id: str, outbound_id: str, meta: Meta) -> None:
        """Ends one at once, because it never came to be."""
        await insistently(
            lambda: self._owners.handle(
                client_id, End(outbound_id), request_id=f"end/{outbound_id}", meta=meta
            )
        )

    async def suspect(
        self,
        stream_id: str,
        refusal: OutboundRefusal,
        contact_id: str,
        trunk: str,
        *,
        request_id: str,
        meta: Meta,
    ) -> None:
        """Raises the alarm about what the node refused; asked again until it is decided."""
        OUTBOUND.labels(refusal.name.lower()).inc()
        suspect = Suspect(refusal, contact_id, trunk)
        await insistently(
            lambda: self._owners.handle(stream_id, suspect, request_id=request_id, meta=meta)
        )

    async def settle(self) -> None:
        """Ends, for ever, what is over: told by the calls themselves, so that no crash hides it."""
        await self._owners.all_serving()
        await self._calls.serving()
        while True:
            self._changed.clear()
            for client_id, running in tuple(self._running()):
                if self._is_over(running, self._clock.now()):
                    await self._end(client_id, running)
            try:
                async with asyncio.timeout(SWEEP.total_seconds()):
                    await self._changed.wait()
            except TimeoutError:
                pass  # one whose call never began is found by time alone

    def _look_at(self, contact_id: str) -> None:
        if contact_id in self._contacts:
            self._changed.set()

    def _running(self) -> Iterator[tuple[str, Running]]:
        found = [
            (client_id, running)
            for client_id, state in self._owners.streams()
            for running in state.running
        ]
        self._contacts = {running.contact_id for _, running in found}
        OUTBOUND_RUNNING.set(len(found))
        yield from found

    async def _end(self, client_id: str, running: Running) -> None:
        if meta := self._owners.meta(client_id):
            await self.end(client_id, running.outbound_id, _about(meta, running.contact_id))

    def _is_over(self, running: Running, now: datetime) -> bool:
        """A placed call is over with its contact, a leg to the outside with itself."""
        contact_id, outbound_id = running.contact_id, running.outbound_id
        if outbound_id in self._asked or not self._calls.owns(contact_id):
            return False
        state = self._calls.state(contact_id)
        if isinstance(state, Ended):
            return True
        if isinstance(state, Connected) and outbound_id in state.outside_over:
            return True
        if outbound_id == contact_id:
            begun = not isinstance(state, New)
        else:
            legs = state.operators if isinstance(state, Connected) else ()
            begun = any(leg.leg_id == outbound_id for leg in legs)
        return not begun and now - running.at > NEVER_BEGUN


def _about(meta: Meta, contact_id: str) -> Meta:
    return Meta(meta.tenant_id, meta.client_id, correlation_id=contact_id)
