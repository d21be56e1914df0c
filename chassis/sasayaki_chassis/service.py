"""A service's life: everything up in order, everything down in order, nothing global.

Order: topics, owners, views and reactors, gRPC, probes; then SERVING. Down the other way round.
"""

import asyncio
import gc
import logging
import signal
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import uvloop

from sasayaki_chassis.clock import Clock, SystemClock
from sasayaki_chassis.decider import C, Decider, E, S
from sasayaki_chassis.follower import Follower, Projection, Reading, Source, Viewing
from sasayaki_chassis.identity import OwnToken, Verifier
from sasayaki_chassis.in_process import InProcess
from sasayaki_chassis.kafka import dead_letters, topics
from sasayaki_chassis.kafka.dead_letters import DeadLetters
from sasayaki_chassis.kafka.log import KafkaLog, KafkaReader
from sasayaki_chassis.owner import Owners, Unavailable
from sasayaki_chassis.peers import Peers
from sasayaki_chassis.probes import Probes
from sasayaki_chassis.reactor import Reacting, Reactor
from sasayaki_chassis.rpc import Rights, Server
from sasayaki_chassis.settings import ServiceSettings
from sasayaki_chassis.telemetry import set_up_logs

STALE_S = 1.0
"""A view that has not been current for longer may not be decided on."""
GARBAGE_AFTER = (20_000, 20, 20)
"""Objects before the collector looks for cycles, and the share of looks that go deeper. Events and
states have none; at Python's 700 the looking took a twelfth of a busy service's time."""

Servicers: TypeAlias = Iterable[tuple[Callable[[Any, Any], None], Any]]
"""Pairs of the generated `add_…Servicer_to_server` and the servicer."""

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Built:
    """What a service's own parts may use."""

    owners: Mapping[str, Owners[Any, Any, Any]]
    peers: Peers
    clock: Clock
    lag_s: Callable[[Projection], float]
    ports: dict[str, int] = field(default_factory=dict)

    def serving(self) -> bool:
        """Whether every partition has its owner here."""
        return all(owners.serving() for owners in self.owners.values())

    def require_current(self, projection: Projection) -> None:
        """Raises Unavailable when the view lags: what it shows may not be decided on."""
        if (lag_s := self.lag_s(projection)) > STALE_S:
            raise Unavailable(f"{type(projection).__name__} is {lag_s:.1f} s behind")


@dataclass(frozen=True)
class Service:
    """What makes one service different from another."""

    name: str
    settings: ServiceSettings
    rights: Rights
    servicers: Callable[[Built], Servicers]
    deciders: Sequence[Decider[Any, Any, Any]] = ()
    reactors: Sequence[Reactor] = ()
    projections: Sequence[Projection] = ()
    background: Sequence[Callable[[Built], Coroutine[Any, Any, None]]] = field(default=())

    def followed(self) -> frozenset[str]:
        readers: Iterable[Reactor | Projection] = (*self.reactors, *self.projections)
        return frozenset(topic for reader in readers for topic in reader.topics)

    def asyncapi(self) -> str:
        """What the service tells and hears, as an AsyncAPI document."""
        from sasayaki_chassis import asyncapi  # a second's import, for whoever asks

        hears = {f"{self.name}.{reactor.name}": reactor.topics for reactor in self.reactors}
        return asyncapi.document(self.name, [decider.stream for decider in self.deciders], hears)


def run(service: Service) -> None:
    """Runs until SIGTERM or SIGINT; raises what made it end otherwise."""
    set_up_logs(service.name, service.settings.log_level)
    gc.set_threshold(*GARBAGE_AFTER)
    uvloop.run(_until_told(service))


async def _until_told(service: Service) -> None:
    told = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, told.set)
    async with running(service):
        gc.freeze()  # code and history live as long as the process: no need to look there
        await told.wait()
        log.info("service_stopping")
    log.info("service_stopped")


@asynccontextmanager
async def running(service: Service) -> AsyncIterator[Built]:
    """The service, serving; a part of it that fails ends the block."""
    settings = service.settings
    verifier = Verifier.of_file(settings.token_public_key_file)
    source = await _source(service)
    async with AsyncExitStack() as stack:
        owners = {each.stream: await _owners(each, source, stack) for each in service.deciders}
        peers = Peers(settings.peers(), OwnToken(settings.service_token_file))
        stack.push_async_callback(peers.close)
        reading = Reading(source)
        views = {id(view): _view(service, view, reading) for view in service.projections}
        reacting = await _reacting(service, reading, peers, stack)
        built = Built(owners, peers, SystemClock(), lambda view: views[id(view)].lag_s())
        servicers = list(service.servicers(built))  # first: the background may use what it builds
        async with asyncio.TaskGroup() as parts:
            begun = [
                parts.create_task(part)
                for part in (
                    *(each.run() for each in owners.values()),
                    reading.run(),
                    *(view.run() for view in views.values()),
                    *(each.run() for each in reacting),
                    *(begin(built) for begin in service.background),
                )
            ]
            server = Server(verifier, service.rights)
            probes = Probes(built.serving, service.asyncapi)
            try:
                in_process = InProcess(server.gate)
                for add, servicer in servicers:
                    add(servicer, server.grpc)
                    add(servicer, in_process)
                peers.call_in_process(service.name, in_process)
                built.ports["grpc"] = await server.start(settings.grpc_address)
                built.ports["http"] = await probes.start(settings.http_address)
                for each in owners.values():
                    await each.all_serving()
                server.open_gate()
                for follower in (*views.values(), *(each.follower for each in reacting)):
                    await follower.caught_up()
                await server.set_serving(True)
                log.info("service_serving", extra=built.ports)
                yield built
            finally:
                await server.stop()
                await probes.stop()
                for task in begun:
                    task.cancel()


async def _source(service: Service) -> Source:
    """The topics, made or waited for."""
    settings, prefix = service.settings, service.settings.topic_prefix
    own = {f"{prefix}{each.stream}": each.partitions for each in service.deciders}
    own[f"{prefix}{dead_letters.topic_of(service.name)}"] = dead_letters.PARTITIONS
    followed = [f"{prefix}{topic}" for topic in service.followed()]
    there = await topics.ensure(settings.kafka_bootstrap, own, followed)
    partitions = {topic.removeprefix(prefix): number for topic, number in there.items()}
    return Source(settings.kafka_bootstrap, prefix, partitions)


async def _owners(
    decider: Decider[S, C, E], source: Source, stack: AsyncExitStack
) -> Owners[S, C, E]:
    topic = f"{source.prefix}{decider.stream}"
    reader = KafkaReader(source.bootstrap, topic, decider.partitions)
    await stack.enter_async_context(reader)
    logs = [KafkaLog(reader, n) for n in range(decider.partitions)]
    return Owners(decider, logs, SystemClock())


def _view(service: Service, view: Projection, reading: Reading) -> Follower:
    return Follower(reading, f"{service.name}.{type(view).__name__}", view.topics, Viewing(view))


async def _reacting(
    service: Service, reading: Reading, peers: Peers, stack: AsyncExitStack
) -> list[Reacting]:
    if not service.reactors:
        return []
    source = reading.source
    topic = f"{source.prefix}{dead_letters.topic_of(service.name)}"
    dead = await stack.enter_async_context(DeadLetters(source.bootstrap, topic))
    return [Reacting(each, service.name, reading, peers, dead) for each in service.reactors]
