"""A stand-in for the media node: speaks its protocol on a Unix socket, and does as a test says."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from sasayaki.media.node.v1 import node_pb2 as pb


class StandInNode:
    """Keeps happenings until they are acknowledged and carries out each order id once."""

    def __init__(self, node_id: str = "node_1") -> None:
        self.node_id = node_id
        self.contact_ids: set[str] = set()
        self.acknowledged = 0
        self.orders: dict[str, pb.Order] = {}
        self.frames: list[pb.Order] = []
        self.refuses: dict[str, str] = {}
        self.connections = 0
        self._happenings: list[pb.Happening] = []
        self._writer: asyncio.StreamWriter | None = None

    def happen(self, contact_id: str = "", **what: Any) -> int:
        """Something happens; its number."""
        seq = len(self._happenings) + 1
        happening = pb.Happening(seq=seq, at_us=1, contact_id=contact_id, **what)
        self._happenings.append(happening)
        self._send(pb.FromNode(happening=happening))
        return seq

    def levels(self, levels: pb.Levels) -> None:
        """A second of levels; nobody acknowledges it."""
        self._send(pb.FromNode(levels=levels))

    def browser(
        self,
        user_id: str,
        connection_id: str,
        state: pb.BrowserState.ValueType,
        tenant_id: str = "out_test",
    ) -> None:
        """How somebody's browser is connected; nobody acknowledges it."""
        browser = pb.Browser(
            tenant_id=tenant_id, user_id=user_id, connection_id=connection_id, state=state
        )
        self._send(pb.FromNode(browser=browser))

    def registered(self, user_id: str, registered: bool) -> None:
        """Whether a SIP phone of that name is registered; nobody acknowledges it."""
        told = pb.Registered(users=[pb.SipUser(user_id=user_id, registered=registered)])
        self._send(pb.FromNode(registered=told))

    def invite(self, node_call_id: str = "call_1", number: str = "+81661234567") -> int:
        return self.happen(
            invited=pb.Invited(
                node_call_id=node_call_id, dialled_number=number, caller_number="09012345678"
            )
        )

    def asked(self, kind: str) -> list[Any]:
        """The orders of one kind, each once, in the order in which they came first."""
        return [
            getattr(order, kind)
            for order in self.orders.values()
            if order.WhichOneof("order") == kind
        ]

    def times(self, order_id: str) -> int:
        """How often an order was sent."""
        return sum(order.order_id == order_id for order in self.frames)

    def restart(self, node_id: str) -> None:
        """Another run: nothing of the one before is known."""
        self.node_id = node_id
        self.contact_ids = set()
        self.acknowledged = 0
        self._happenings = []
        self.hang_up_on_python()

    def hang_up_on_python(self) -> None:
        if self._writer:
            self._writer.transport.abort()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self._writer = writer
        hello = pb.Hello(
            node_id=self.node_id, contact_ids=self.contact_ids, next_seq=self.acknowledged + 1
        )
        self._send(pb.FromNode(hello=hello))
        for happening in self._happenings[self.acknowledged :]:
            self._send(pb.FromNode(happening=happening))
        try:
            while True:
                length = int.from_bytes(await reader.readexactly(4), "little")
                self._take(pb.ToNode.FromString(await reader.readexactly(length)))
        except (asyncio.IncompleteReadError, OSError):
            writer.close()

    def _take(self, message: pb.ToNode) -> None:
        if message.WhichOneof("message") == "acknowledge":
            self.acknowledged = max(self.acknowledged, message.acknowledge.seq)
            return
        order = message.order
        self.frames.append(order)
        kind = order.WhichOneof("order") or ""
        error = self.refuses.get(kind, "")
        if not error:
            self.orders.setdefault(order.order_id, order)
            if kind == "admit":
                self.contact_ids.add(order.admit.contact_id)
            if kind == "place":
                self.contact_ids.add(order.place.contact_id)
        applied = pb.Applied(order_id=order.order_id, error=error)
        if kind == "connect_browser" and not error:
            applied.sdp_answer = f"answer to {order.connect_browser.sdp_offer}"
        self._send(pb.FromNode(applied=applied))

    def _send(self, message: pb.FromNode) -> None:
        if self._writer and not self._writer.is_closing():
            body = message.SerializeToString()
            self._writer.write(len(body).to_bytes(4, "little") + body)


@asynccontextmanager
async def standing_in(path: Path) -> AsyncIterator[StandInNode]:
    """A node that is there."""
    node = StandInNode()
    server = await asyncio.start_unix_server(node.serve, str(path))
    try:
        yield node
    finally:
        server.close()
        node.hang_up_on_python()
