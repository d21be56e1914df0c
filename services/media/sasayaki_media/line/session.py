"""One connection to the node: what happened is decided, what is decided is ordered.

A happening is acknowledged when it and all before it are decided and counted, and the orders that
follow were written to the same socket before: what the node has not got, it asks for again.
"""

import asyncio
import logging
from dataclasses import replace
from datetime import timedelta

from sasayaki.media.node.v1 import node_pb2 as pb
from sasayaki.media.v1.outbound_events import OutboundRefusal
from sasayaki_chassis.lanes import Lanes
from sasayaki_chassis.owner import Meta
from sasayaki_media.calls.commands import Arrive, FailOrder, LoseNode, Note
from sasayaki_media.calls.failures import UNKNOWN_CALL, UNKNOWN_LEG
from sasayaki_media.calls.happened import Played, Referred, Source
from sasayaki_media.calls.states import Placing
from sasayaki_media.calls.switchboard import RETRY_S
from sasayaki_media.line.drawn import Drawn
from sasayaki_media.line.frames import Gone, read_frame
from sasayaki_media.line.outbox import Outbox
from sasayaki_media.line.parts import Parts
from sasayaki_media.line.receipts import Receipts
from sasayaki_media.line.wire import (
    fact_of,
    instant,
    is_about_a_phone,
    refusal_of,
)
from sasayaki_media.metrics import (
    FULL,
    HAPPENINGS,
    LOST,
    ORDER_ERRORS,
    REFUSED_CALLS,
    STRANGERS,
    UNCOUNTED,
)
from sasayaki_media.phones.browsers import ORDER

HAPPENINGS_MAX = 1_000
"""Happenings under way at once; beyond that the socket is not read."""
SETTLE = timedelta(seconds=2)
"""How long an order's failure may be ahead of the happening that explains it."""
MISSING = timedelta(seconds=5)
"""How long the end of a call that the node does not list may take to come after `Hello`."""
NOT_FOUND = 404
SERVER_ERROR = 500

# Reasons that a happening on its way may explain better: the call or the leg is over.
_OVERTAKEN = frozenset((UNKNOWN_CALL, UNKNOWN_LEG, "WRONG_STATE"))

log = logging.getLogger(__name__)


class Session:
    """From `Hello` to the end of the connection."""

    def __init__(
        self,
        hello: pb.Hello,
        outbox: Outbox,
        parts: Parts,
        drawn: Drawn,
    ) -> None:
        self._hello = hello
        self._node_id = hello.node_id
        self._out = outbox
        self._parts = parts
        self._calls = parts.calls
        self._phones = parts.phones
        self._drawn = drawn
        self._contacts: dict[str, str] = {}
        self._receipts = Receipts()

    async def run(self, reader: asyncio.StreamReader) -> None:
        """Serves until the connection is over, and then raises Gone."""
        try:
            async with asyncio.TaskGroup() as tasks:
                self._reconcile(tasks)
                await self._read(reader, tasks)
        except ExceptionGroup as faults:
            gone, others = faults.split(Gone)
            if gone is None or others is not None:
                raise
            raise Gone(str(gone.exceptions[0])) from gone

    async def _read(self, reader: asyncio.StreamReader, tasks: asyncio.TaskGroup) -> None:
        lanes = Lanes(tasks, self._take, most=HAPPENINGS_MAX, full=FULL)
        while True:
            message = await read_frame(reader)
            kind = message.WhichOneof("message")
            if kind == "happening":
                self._receipts.receive(message.happening.seq)
                UNCOUNTED.set(len(self._receipts))
                await lanes.put(_lane(message.happening), message.happening)
            elif kind == "levels":
                self._parts.levels.take(message.levels)
            elif kind == "browser":
                self._parts.browsers.told(message.browser)
            elif kind == "registered":
                self._parts.registered.told(message.registered)
            elif kind == "applied" and message.applied.order_id.startswith(ORDER):
                self._parts.browsers.applied(message.applied)
            elif kind == "applied" and message.applied.error:
                tasks.create_task(self._fail(message.applied))

    def _reconcile(self, tasks: asyncio.TaskGroup) -> None:
        """Brings history and node together: who holds which call, and what is still to be done."""
        self._drawn.forget_other_runs(self._node_id)
        alive = set(self._hello.contact_ids)
        for contact_id, state in self._calls.live():
            thread = state.thread
            if thread.node_id != self._node_id:
                tasks.create_task(self._lose(contact_id, thread.node_id))
                continue
            if thread.node_call_id:
                self._contacts[thread.node_call_id] = contact_id
            # One whose arrival is not acknowledged is not listed yet: it is invited again. One
            # that is to be placed may not have been: the order goes out again.
            begun = not isinstance(state, Placing) and thread.arrived_seq < self._hello.next_seq
            if contact_id not in alive and begun:
                tasks.create_task(self._lose(contact_id, thread.node_id, after=MISSING))
            self._out.push(contact_id)
            alive.discard(contact_id)
        for stranger in alive:
            STRANGERS.inc()
            self._out.hang_up_stranger(stranger)
        for phone_id, line in self._phones.connected():
            if line.node_id == self._node_id:
                self._out.push_phone(phone_id)
            else:
                tasks.create_task(self._phones.lose(phone_id, line.node_id))

    async def _lose(self, contact_id: str, node_id: str, after: timedelta = timedelta(0)) -> None:
        """Ends a call that the node will say nothing more about, so that nobody stays in it."""
        if after:
            await self._settle(after)
        if meta := self._calls.meta(contact_id):
            lose, request_id = LoseNode(node_id), f"{node_id}/lost"
            if await self._calls.insist(contact_id, lose, request_id=request_id, meta=meta):
                LOST.inc()
                log.warning("call_lost", extra={"contact_id": contact_id})

    async def _take(self, happening: pb.Happening) -> None:
        """Takes care of one happening, then acknowledges what can be."""
        if happening.WhichOneof("happening") == "invited":
            await self._admit(happening)
        elif happening.WhichOneof("happening") == "suspected":
            suspected = happening.suspected
            await self._alarm(happening, refusal_of(suspected), trunk=suspected.trunk)
        elif is_about_a_phone(happening):
            await self._phones.note(happening, self._source(happening))
        else:
            await self._note(happening)
        HAPPENINGS.labels(happening.WhichOneof("happening") or "unknown").inc()
        through = self._receipts.finish(happening.seq)
        UNCOUNTED.set(len(self._receipts))
        if through is not None:
            self._out.acknowledge(through)

    async def _admit(self, happening: pb.Happening) -> None:
        """Names an invited call, or turns it away when the number is nobody's."""
        invited = happening.invited
        if known := self._contacts.get(invited.node_call_id):
            self._out.push(known)
            return
        line = self._parts.numbers.line(invited.dialled_number)
        if line is None:
            REFUSED_CALLS.inc()
            self._out.refuse(invited.node_call_id, NOT_FOUND)
            return
        source = self._source(happening)
        contact_id = await self._drawn.contact_id(source)
        self._contacts[invited.node_call_id] = contact_id
        caller = self._parts.keys.hide(line.client_id, invited.caller_number)
        arrive = Arrive(
            source=source,
            node_call_id=invited.node_call_id,
            dialled_number=invited.dialled_number,
            caller_hash=caller.hash,
            caller_sealed=caller.sealed,
        )
        meta = Meta(line.tenant_id, line.client_id, correlation_id=contact_id)
        arrived = await self._calls.insist(
            contact_id, arrive, request_id=_request_id(source), meta=meta
        )
        if arrived is None:  # a bug: better no call than one that rings for ever
            self._contacts.pop(invited.node_call_id)
            self._out.refuse(invited.node_call_id, SERVER_ERROR)
        self._drawn.forget(source)

    async def _note(self, happening: pb.Happening) -> None:
        """Takes down what happened in a call; about a call of ours or about none."""
        kind = happening.WhichOneof("happening")
        contact_id = happening.contact_id
        if kind == "withdrawn":
            contact_id = self._contacts.pop(happening.withdrawn.node_call_id, "")
        fact = fact_of(happening)
        meta = self._calls.meta(contact_id) if contact_id else None
        if fact is None or meta is None:
            return
        if isinstance(fact, Played):
            fact = replace(
                fact, digits_sealed=self._parts.keys.seal(meta.client_id or "", fact.digits)
            )
        if isinstance(fact, Referred):
            fact = fact.within(meta.tenant_id)
        if isinstance(fact, Referred) and not fact.ours:
            await self._alarm(happening, OutboundRefusal.REFER_OUTSIDE, trunk="")
        source = self._source(happening)
        note, request_id = Note(source, fact), _request_id(source)
        await self._calls.insist(contact_id, note, request_id=request_id, meta=meta)
        if kind in ("answered", "call_ended"):
            # The node speaks of it by its contact id only from here on.
            self._contacts.pop(self._calls.node_call_id(contact_id), None)

    async def _alarm(
        self, happening: pb.Happening, refusal: OutboundRefusal, *, trunk: str
    ) -> None:
        """The alarm goes to whose call it was; about no call, to every tenant of this node."""
        known = self._calls.meta(happening.contact_id) if happening.contact_id else None
        metas = (
            [known] if known else [Meta(tenant_id) for tenant_id in self._parts.numbers.tenants()]
        )
        for meta in metas:
            await self._parts.gate.suspect(
                meta.client_id or meta.tenant_id,
                refusal,
                happening.contact_id if known else "",
                trunk,
                request_id=_request_id(self._source(happening)),
                meta=meta,
            )

    def _source(self, happening: pb.Happening) -> Source:
        return Source(self._node_id, happening.seq, instant(happening.at_us))

    async def _fail(self, applied: pb.Applied) -> None:
        """An order can't be carried out: something must follow, or somebody waits for ever."""
        ORDER_ERRORS.labels(applied.error[:32]).inc()
        contact_id, _, key = applied.order_id.partition("/")
        log.warning("order_failed", extra={"order_id": applied.order_id, "error": applied.error})
        if applied.error in _OVERTAKEN:
            await self._settle(SETTLE)
        if meta := self._calls.meta(contact_id):
            fail, request_id = FailOrder(key, applied.error), f"{self._node_id}/failed/{key}"
            await self._calls.insist(contact_id, fail, request_id=request_id, meta=meta)

    async def _settle(self, time: timedelta) -> None:
        """Waits for a while, and then until all that came in meanwhile is decided."""
        await asyncio.sleep(time.total_seconds())
        last = self._receipts.last
        while self._receipts.through < last:
            await asyncio.sleep(RETRY_S[0])


def _lane(happening: pb.Happening) -> str:
    """Happenings of one call stay in order, and those of one phone.

    What has no id of ours yet goes by the node's own.
    """
    match happening.WhichOneof("happening"):
        case "invited":
            return f"invited/{happening.invited.node_call_id}"
        case "withdrawn":
            return f"invited/{happening.withdrawn.node_call_id}"
        case "phone_connected" | "phone_attached" | "phone_detached" | "phone_gone" as kind:
            return f"phone/{getattr(happening, kind).node_phone_id}"
        case _:
            return happening.contact_id


def _request_id(source: Source) -> str:
    return f"{source.node_id}/{source.seq}"
