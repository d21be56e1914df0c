"""The network between a person at home and the node: both addresses are translated, packets are
lost and come late.
"""

from __future__ import annotations

import asyncio
import random
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

Address = tuple[str, int]

CANDIDATE = re.compile(r"(a=candidate:\S+ 1 udp \d+ (\S+) (\d+)[^\r]*)")
NODE, OUTER = "127.0.0.1", "127.0.0.9"
"""The node's own address, and the one that it announces: only the latter leads out of a home."""


@dataclass(frozen=True)
class Line:
    """What a way does to a packet: with that share it is lost, the others come within that time."""

    lost: float
    jitter_s: float


@dataclass(eq=False)
class Home:
    """A router. Whoever is behind it is reached by addresses of its own, one for each socket; the
    node behind another one, which keeps its ports, is reached by `OUTER`.
    """

    line: Line
    chance: random.Random
    lost: int = 0
    passed: int = 0
    _node: Address = ("", 0)
    _doors: list[asyncio.DatagramTransport] = field(default_factory=list)

    async def between(self, answer: str) -> str:
        """Leads from where the node's answer says that it is to where it is.

        Returns the answer without what leads nowhere from a home.
        """
        told = CANDIDATE.findall(answer)
        ports = {int(port) for _, host, port in told if host == OUTER}
        assert len(ports) == 1, f"a page at home is told {told}"
        (port,) = ports
        self._node = (NODE, port)
        await self._open(lambda: _Inner(self), (OUTER, port))
        for line, host, _ in told:
            answer = answer if host == OUTER else answer.replace(f"{line}\r\n", "")
        return answer

    async def outside(self, inner: asyncio.DatagramTransport, page: Address) -> Any:
        """A new address for a page's socket, from which it goes on to the node."""
        return await self._open(lambda: _Outer(self, inner, page), ("127.0.0.1", 0))

    def carry(self, way: asyncio.DatagramTransport, packet: bytes, to: Address | None) -> None:
        """Sends it on as the line does."""
        if self.chance.random() < self.line.lost:
            self.lost += 1
            return
        self.passed += 1
        late_s = self.chance.uniform(0, self.line.jitter_s)
        asyncio.get_running_loop().call_later(late_s, _send, way, packet, to)

    def to_node(self, way: asyncio.DatagramTransport, packet: bytes) -> None:
        self.carry(way, packet, self._node)

    def close(self) -> None:
        for door in self._doors:
            door.close()

    async def _open(self, make: Any, at: Address) -> asyncio.DatagramTransport:
        loop = asyncio.get_running_loop()
        door, _ = await loop.create_datagram_endpoint(make, local_addr=at)
        self._doors.append(door)
        return door


@asynccontextmanager
async def home(line: Line, seed: int) -> AsyncIterator[Home]:
    """A router while the block runs."""
    router = Home(line, random.Random(seed))
    try:
        yield router
    finally:
        router.close()


class _Inner(asyncio.DatagramProtocol):
    """Where pages send to."""

    def __init__(self, router: Home) -> None:
        self._router = router
        self._outside: dict[Address, asyncio.Task[Any]] = {}

    def connection_made(self, transport: Any) -> None:
        self._transport = transport

    def datagram_received(self, data: bytes, addr: Any) -> None:
        if addr not in self._outside:
            opening = self._router.outside(self._transport, addr)
            self._outside[addr] = asyncio.ensure_future(opening)
        opened = self._outside[addr]
        opened.add_done_callback(lambda door: self._router.to_node(door.result(), data))


class _Outer(asyncio.DatagramProtocol):
    """What the node sees of a page's socket."""

    def __init__(self, router: Home, inner: asyncio.DatagramTransport, page: Address) -> None:
        self._router, self._inner, self._page = router, inner, page

    def datagram_received(self, data: bytes, addr: Any) -> None:
        self._router.carry(self._inner, data, self._page)


def _send(way: asyncio.DatagramTransport, packet: bytes, to: Address | None) -> None:
    if not way.is_closing():
        way.sendto(packet, to)
