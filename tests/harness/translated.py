"""A node behind 1:1 NAT, as on a rented machine: phones elsewhere reach it by another address.

Phones are in a network namespace whose only wire leads to a router here, which translates the
node's address, both ways, and keeps ports. Nothing else leads out: to the node's own address a
phone finds no way. Needs root.
"""

from __future__ import annotations

import asyncio
import fcntl
import os
import struct
import subprocess
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from ipaddress import IPv4Address

TUNSETIFF, IFF_TUN, IFF_NO_PI = 0x400454CA, 0x0001, 0x1000
PACKET_MAX = 2048
SOURCE, DESTINATION = 12, 16
"""Where a packet's header holds whose it is and whom it is for."""
CHECKSUMS = {6: 16, 17: 6}
"""Where TCP's and UDP's headers hold a sum that covers the addresses too."""
# Of RFC 2544's range for tests between devices, apart from that of `namespace.py`.
OWN, THEIRS, OUTER = "198.19.250.1", "198.19.250.2", "203.0.113.7"


@dataclass(eq=False)
class Elsewhere:
    """Where the phones are; `strays` counts packets to what no way leads to."""

    name: str
    passed: int = 0
    strays: int = 0

    def command(self, *command: str) -> list[str]:
        """Returns the command line that runs a program there."""
        return ["ip", "netns", "exec", self.name, *command]

    def out(self, packet: bytes) -> bytes | None:
        """A phone's packet as it comes to the node."""
        if packet[DESTINATION : DESTINATION + 4] != IPv4Address(OUTER).packed:
            self.strays += 1
            return None
        return translated(packet, DESTINATION, OWN)

    def back(self, packet: bytes) -> bytes | None:
        """The node's packet as a phone gets it."""
        self.passed += 1
        return translated(packet, SOURCE, OUTER)


def translated(packet: bytes, at: int, address: str) -> bytes:
    """The packet with another address there, and sums that are right again (RFC 1624)."""
    new, whole = IPv4Address(address).packed, bytearray(packet)
    head_bytes, protocol = (whole[0] & 0x0F) * 4, whole[9]
    places = [10]
    if protocol in CHECKSUMS:
        places.append(head_bytes + CHECKSUMS[protocol])
    for place in places:
        (old_sum,) = struct.unpack_from("!H", whole, place)
        total = ~old_sum & 0xFFFF
        for old, other in zip(_words(bytes(whole[at : at + 4])), _words(new), strict=True):
            total += (~old & 0xFFFF) + other
        while total >> 16:
            total = (total & 0xFFFF) + (total >> 16)
        struct.pack_into("!H", whole, place, ~total & 0xFFFF)
    whole[at : at + 4] = new
    return bytes(whole)


def _words(address: bytes) -> tuple[int, ...]:
    return struct.unpack("!HH", address)


@asynccontextmanager
async def elsewhere() -> AsyncIterator[Elsewhere]:
    """The phones' place and the router to it; the node has the address `OWN` meanwhile."""
    place = Elsewhere(f"ssyk-nat-{os.getpid()}")
    loop, ends = asyncio.get_running_loop(), [_wire("ssyknode"), _wire("ssykphones")]
    node, phones = ends
    _ip("netns", "add", place.name)
    try:
        _ip("addr", "add", OWN, "peer", THEIRS, "dev", "ssyknode")
        _ip("link", "set", "ssyknode", "up")
        _ip("link", "set", "ssykphones", "netns", place.name)
        _ip("-n", place.name, "addr", "add", f"{THEIRS}/32", "dev", "ssykphones")
        for link in ("lo", "ssykphones"):
            _ip("-n", place.name, "link", "set", link, "up")
        _ip("-n", place.name, "route", "add", "default", "dev", "ssykphones")
        loop.add_reader(phones, _carry, phones, node, place.out)
        loop.add_reader(node, _carry, node, phones, place.back)
        yield place
    finally:
        for end in ends:
            loop.remove_reader(end)
            os.close(end)
        _ip("netns", "del", place.name)


def _wire(name: str) -> int:
    """One end of it is an interface of the system, the other is ours."""
    end = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    fcntl.ioctl(end, TUNSETIFF, struct.pack("16sH", name.encode(), IFF_TUN | IFF_NO_PI))
    return end


def _carry(here: int, there: int, through: Callable[[bytes], bytes | None]) -> None:
    try:
        packet = os.read(here, PACKET_MAX)
    except BlockingIOError:
        return
    if packet[0] >> 4 == 4 and (turned := through(packet)):
        os.write(there, turned)


def _ip(*arguments: str) -> None:
    done = subprocess.run(["ip", *arguments], capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"ip {' '.join(arguments)}: {done.stderr.strip()}")
