"""Which ports a platform listens on: the usual ones, or the next free ones, said clearly."""

import fcntl
import ipaddress
import socket
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

HOST = "127.0.0.1"
# How far from the usual port a free one is looked for.
PORTS_TRIED = 500
SIP_PORT = 15060
OUTSIDE_PORT = 15080
KAFKA_PORT = 19092
KAFKA_CONTROLLER_PORT = 19093
NODE_HTTP_PORT = 9156
GATEWAY_PORT = 8080
GATEWAY_HTTP_PORT = 9157
# RTP, even numbers, first and last: the usual span, then smaller ones for further platforms on the
# machine, all below where outgoing connections begin.
RTP_SPANS = ((20000, 23998), *((first, first + 998) for first in range(24000, 32000, 1000)))
# In the order of the ports 50051... and 9151...
SERVICES = ("routing", "media", "monitoring", "recording", "callreason")
GRPC_FIRST = 50051
HTTP_FIRST = 9151
# Linux's default of net.ipv4.ip_local_port_range begins here.
OUTGOING_FIRST = 32768
USUAL = frozenset(
    [SIP_PORT, OUTSIDE_PORT, KAFKA_PORT, KAFKA_CONTROLLER_PORT, NODE_HTTP_PORT]
    + [GATEWAY_PORT, GATEWAY_HTTP_PORT]
    + [first + place for first in (GRPC_FIRST, HTTP_FIRST) for place in range(len(SERVICES))]
)


@dataclass(frozen=True, slots=True)
class Ports:
    """The ports of one platform."""

    sip: int
    kafka: int
    kafka_controller: int
    grpc: dict[str, int]
    http: dict[str, int]
    node_http: int
    rtp: tuple[int, int]
    outside: int
    """Where calls to outside go, unless trunks are named: a phone that plays the outside world."""
    gateway: int
    """Where browsers come."""
    gateway_http: int
    phones: str = HOST
    """The address at which phones reach the node, for SIP and RTP."""


@dataclass(slots=True)
class Chooser:
    """Hands out ports: the usual one if it is free, else the next that is, each only once.

    A port that is another's usual one is left to that one.
    """

    take: Callable[[int, bool], bool]
    moved: list[str] = field(default_factory=list)
    _given: set[int] = field(default_factory=set)

    def choose(self, what: str, usual: int, *, udp: bool = False) -> int:
        """A port for `what`; with `udp` it is free for UDP and TCP both."""
        for port in range(usual, usual + PORTS_TRIED):
            foreign = port != usual and port in USUAL
            if not foreign and port not in self._given and self.take(port, udp):
                self._given.add(port)
                if port != usual:
                    self.moved.append(f"{what} {usual} → {port}")
                return port
        raise OSError(f"no free port for {what} from {usual} to {usual + PORTS_TRIED - 1}")


def choose(
    chooser: Chooser, rtp: tuple[int, int], *, kafka: bool = True, phones: str = HOST
) -> Ports:
    """All ports of a platform; with `kafka` false the broker is someone else's."""
    return Ports(
        sip=chooser.choose("SIP", SIP_PORT, udp=True),
        kafka=chooser.choose("Kafka", KAFKA_PORT) if kafka else 0,
        kafka_controller=(
            chooser.choose("Kafka's controller", KAFKA_CONTROLLER_PORT) if kafka else 0
        ),
        grpc={
            name: chooser.choose(f"{name} (gRPC)", GRPC_FIRST + place)
            for place, name in enumerate(SERVICES)
        },
        http={
            name: chooser.choose(f"{name} (metrics)", HTTP_FIRST + place)
            for place, name in enumerate(SERVICES)
        },
        node_http=chooser.choose("media node (metrics)", NODE_HTTP_PORT),
        rtp=rtp,
        outside=chooser.choose("calls to outside", OUTSIDE_PORT, udp=True),
        gateway=chooser.choose("the console", GATEWAY_PORT),
        gateway_http=chooser.choose("gateway (metrics)", GATEWAY_HTTP_PORT),
        phones=phones,
    )


def phone_address(given: Mapping[str, str]) -> str:
    """The address of this machine that phones are told: theirs to reach, so not a wildcard.

    Raises OSError when it is none of ours.
    """
    address = given.get("SASAYAKI_PHONE_ADDRESS") or HOST
    try:
        if ipaddress.IPv4Address(address).is_unspecified:
            raise ValueError(address)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            probe.bind((address, 0))
    except (OSError, ValueError):
        raise OSError(
            f"SASAYAKI_PHONE_ADDRESS must be an IPv4 address of this machine, not {address!r}"
        ) from None
    return address


def is_free(port: int, udp: bool, host: str = HOST) -> bool:
    """Whether nobody on this machine listens there."""
    kinds: Iterable[int] = (socket.SOCK_STREAM, socket.SOCK_DGRAM) if udp else (socket.SOCK_STREAM,)
    with ExitStack() as held:
        for kind in kinds:
            probe = held.enter_context(socket.socket(socket.AF_INET, kind))
            if kind == socket.SOCK_STREAM:
                # As servers do: connections that linger after a restart are no listener.
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, port))
            except OSError:
                return False
    return True


class Claims:
    """The ports that this process has for its platform, free and claimed before anyone listens.

    A service listens seconds after its port was chosen; another launcher of the same user that
    chooses in between sees the claim, a locked file that is held as long as this process lives.

    Outgoing connections take ports of their own from `OUTGOING_FIRST` on, and one of them could
    sit on a service's port while the service is being started again. A socket that is bound there
    and never listens keeps them away; a server, which sets SO_REUSEADDR, may still listen.
    """

    def __init__(self, folder: Path, phones: str = HOST) -> None:
        self._folder = folder
        self._phones = phones
        self._held: list[IO[bytes] | socket.socket] = []

    def take(self, port: int, udp: bool) -> bool:
        """Claims a port if nobody has claimed it or listens there."""
        self._folder.mkdir(parents=True, exist_ok=True)
        claim = (self._folder / str(port)).open("ab")
        try:
            fcntl.flock(claim, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            claim.close()
            return False
        # Phones' SIP is what UDP is for.
        if not is_free(port, udp, self._phones if udp else HOST):
            claim.close()
            return False
        self._held.append(claim)
        if port >= OUTGOING_FIRST:
            self._held.append(_bound(port))
        return True

    def release(self) -> None:
        """Gives all ports back."""
        for held in self._held:
            held.close()
        self._held.clear()


def _bound(port: int) -> socket.socket:
    held = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    held.bind((HOST, port))
    return held


def claim_rtp(
    spans: Sequence[tuple[int, int]] = RTP_SPANS,
) -> tuple[tuple[int, int], socket.socket]:
    """A span of RTP ports that no other platform here has, and the socket that claims it.

    RTP takes the even ports only, so the first odd one of a span serves as its claim; it is held
    as long as the socket is open.
    """
    for first, last in spans:
        claim = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        try:
            claim.bind((HOST, first + 1))
        except OSError:
            claim.close()
            continue
        return (first, last), claim
    raise OSError(f"all {len(spans)} spans of RTP ports are taken, {spans[0][0]} to {spans[-1][1]}")
