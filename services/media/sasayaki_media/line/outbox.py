"""What goes out on one connection to the node."""

import asyncio
from functools import partial

from sasayaki.media.node.v1 import node_pb2 as pb
from sasayaki_media.calls.switchboard import Switchboard
from sasayaki_media.keys import ClientKeys
from sasayaki_media.line.ordering import order_message
from sasayaki_media.line.wire import frame
from sasayaki_media.metrics import ORDERS, OUT_FULL
from sasayaki_media.phones.phones import Phones

OUT_BYTES_MAX = 64 * 1024 * 1024
"""Bytes that wait in the socket; beyond that the node is taken for stuck."""


class Outbox:
    """Writes each order of a call once; a new connection begins with a new outbox, and again."""

    def __init__(
        self,
        writer: asyncio.StreamWriter,
        calls: Switchboard,
        phones: Phones,
        keys: ClientKeys,
        node_id: str,
    ) -> None:
        self._writer = writer
        self._calls = calls
        self._phones = phones
        self._keys = keys
        self.node_id = node_id
        self._sent: dict[str, frozenset[str]] = {}
        self._released: set[str] = set()

    def push(self, contact_id: str) -> None:
        """Sends the call's outstanding orders that have not gone out yet."""
        meta = self._calls.meta(contact_id)
        opened = partial(self._keys.open, (meta.client_id if meta else None) or "")
        tenant_id = meta.tenant_id if meta else ""
        orders = self._calls.outstanding(contact_id)
        sent = self._sent.pop(contact_id, frozenset())
        for order in orders:
            if order.key not in sent:
                ORDERS.labels(order.key.partition("/")[0]).inc()
                self._write(order_message(contact_id, order, opened, tenant_id=tenant_id))
        if orders:
            self._sent[contact_id] = frozenset(order.key for order in orders)

    def push_phone(self, phone_id: str) -> None:
        """Sends the order to hang a phone up, if there is one that has not gone out yet."""
        person = self._phones.to_release(phone_id)
        if person is None:
            self._released.discard(phone_id)
        elif phone_id not in self._released:
            self._released.add(phone_id)
            release = pb.ReleasePhone(tenant_id=person.tenant_id, user_id=person.user_id)
            self._order(f"release/{phone_id}", pb.Order(release_phone=release))

    def numbers(self, numbers: tuple[str, ...], version: str) -> None:
        """The numbers that may be called; `version` is new for every set."""
        self._order(f"numbers/{version}", pb.Order(set_numbers=pb.SetNumbers(numbers=numbers)))

    def prompt(self, sha256: str, pcmu: bytes) -> None:
        put = pb.PutPrompt(sha256=sha256, pcmu=pcmu)
        self._order(f"prompt/{sha256}", pb.Order(put_prompt=put))

    def refuse(self, node_call_id: str, sip_code: int) -> None:
        refuse = pb.Refuse(node_call_id=node_call_id, sip_code=sip_code)
        self._order(f"refuse/{self.node_id}/{node_call_id}", pb.Order(refuse=refuse))

    def browser(self, order_id: str, order: pb.Order) -> None:
        """What is asked for a person's browser; the node answers it under the same id."""
        self._order(order_id, order)

    def hang_up_stranger(self, contact_id: str) -> None:
        """Ends a call of which history knows nothing, or knows that it is over."""
        order = pb.Order(hang_up=pb.HangUp(contact_id=contact_id))
        self._order(f"stranger/{contact_id}", order)

    def acknowledge(self, seq: int) -> None:
        self._write(pb.ToNode(acknowledge=pb.Acknowledge(seq=seq)))

    async def flush(self) -> None:
        """Waits until the node has taken most of what was written."""
        await self._writer.drain()

    def _order(self, order_id: str, order: pb.Order) -> None:
        ORDERS.labels(order_id.partition("/")[0]).inc()
        order.order_id = order_id
        self._write(pb.ToNode(order=order))

    def _write(self, message: pb.ToNode) -> None:
        if self._writer.transport.get_write_buffer_size() > OUT_BYTES_MAX:
            OUT_FULL.inc()
            self._writer.transport.abort()  # what was not taken is sent again on the next one
            return
        self._writer.write(frame(message))
