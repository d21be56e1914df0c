"""Reactors: what a record calls for is sent at least once, named by the record, in order per key.

A reactor's memory is rebuilt by replay with sending switched off, up to the offset that was
committed after the answers.
"""

import asyncio
import logging
import time
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from aiokafka import TopicPartition
from google.protobuf.json_format import MessageToDict
from google.protobuf.message import Message
from prometheus_client import Counter

from sasayaki.event import Event, Recorded
from sasayaki_chassis.follower import Follower, Reading
from sasayaki_chassis.kafka.dead_letters import DeadLetters
from sasayaki_chassis.kafka.offsets import Offsets
from sasayaki_chassis.lanes import Lanes
from sasayaki_chassis.owner import Unavailable
from sasayaki_chassis.peers import Peers, Rejected

UNSENT_MOST = 2_000
"""Records of one reactor whose requests are under way; reading waits there."""
COMMIT_S = 1.0
"""What was answered in this time is asked again after a kill, with the same request ids."""
RENEW_S = 3_600.0
"""Kafka forgets a group's offsets after a week without a commit, however idle the topic."""
AGAIN_AFTER_S = (0.02, 2.0)
"""First and longest wait before a request is repeated; a peer may be away for as long as it is."""
FAULTS = frozenset(("INTERNAL", "UNKNOWN", "DATA_LOSS"))
"""The peer's own faults: perhaps gone the next time, but not waited for for ever."""
FAULTS_MOST = 5

SENT = Counter("sasayaki_chassis_requests_total", "Requests of reactors.", ("reactor", "outcome"))
FULL = Counter("sasayaki_chassis_reactor_full_total", "Times reading had to wait.", ("reactor",))

log = logging.getLogger(__name__)


class Reactor(ABC):
    """Says which requests a record calls for; its name ends its consumer group's.

    `moot` are a peer's reasons to refuse that say that a request has become pointless, for example
    because what it steers is over: they are answers, not dead letters.
    """

    name: str
    topics: tuple[str, ...]
    moot: frozenset[str] = frozenset()

    @abstractmethod
    def react(self, record: Recorded[Any]) -> Iterable[Message]: ...

    def lane(self, record: Recorded[Any]) -> str:
        """What requests go out in order of: a peer that is slow with one holds up no other."""
        return record.subject


@dataclass(frozen=True, slots=True)
class Errand:
    """A record's requests on their way."""

    place: TopicPartition
    offset: int
    record: Recorded[Event]
    requests: tuple[Message, ...]


def request_id(record_id: str, reactor: str, index: int) -> str:
    """The id of a reactor's request, the same however often the record is read.

    With the reactor's name: two of them may ask the same stream about the same record.
    """
    return f"{record_id}/{reactor}/{index}"


class Reacting:
    """Runs one reactor."""

    def __init__(
        self, reactor: Reactor, service: str, reading: Reading, peers: Peers, dead: DeadLetters
    ) -> None:
        self.name = f"{service}.{reactor.name}"
        self._reactor = reactor
        self._peers = peers
        self._dead = dead
        self.follower = Follower(reading, self.name, reactor.topics, self)
        source = reading.source
        group = f"{source.prefix}{self.name}"
        self._offsets = Offsets(source.bootstrap, group, self.follower.next)
        self._done: dict[TopicPartition, int] = {}
        self._open: dict[TopicPartition, dict[int, None]] = {}
        self._lanes: Lanes[Errand] | None = None

    async def run(self) -> None:
        """Reacts until cancelled; what was answered by then is committed."""
        async with self._offsets:
            self._done = await self._offsets.committed()
            self._open = {place: {} for place in self._done}
            try:
                async with asyncio.TaskGroup() as tasks:
                    full = FULL.labels(self.name)
                    self._lanes = Lanes(tasks, self._work_off, most=UNSENT_MOST, full=full)
                    tasks.create_task(self._commit_for_ever())
                    await self.follower.run()
            finally:
                await self._commit()

    async def seen(self, place: TopicPartition, offset: int, record: Recorded[Event]) -> None:
        sending = offset >= self._done[place]
        try:
            requests = tuple(self._reactor.react(record))
        except Exception as bug:
            log.exception("reactor_failed", extra={"reactor": self.name, "record": record.id})
            if sending:
                await self._bury(Errand(place, offset, record, ()), None, "BUG", repr(bug))
            return
        if sending and requests:
            assert self._lanes is not None, "seen before run"
            self._open[place][offset] = None
            errand = Errand(place, offset, record, requests)
            await self._lanes.put(self._reactor.lane(record), errand)

    async def spoiled(self, place: TopicPartition, offset: int, why: str) -> None:
        if offset >= self._done[place]:
            origin = {"topic": place.topic, "partition": place.partition, "offset": offset}
            await self._dead.keep(self.name, str(place), "UNDECODABLE", {**origin, "details": why})

    async def _work_off(self, errand: Errand) -> None:
        for index, request in enumerate(errand.requests):
            await self._send(errand, index, request)
        del self._open[errand.place][errand.offset]

    async def _send(self, errand: Errand, index: int, request: Message) -> None:
        """Repeats the request until it is answered; what is refused for good is buried."""
        wait_s, faults = AGAIN_AFTER_S[0], 0
        while True:
            try:
                await self._peers.send(
                    request,
                    request_id=request_id(errand.record.id, self._reactor.name, index),
                    traceparent=errand.record.traceparent,
                )
            except Unavailable:
                SENT.labels(self.name, "unavailable").inc()
            except Rejected as rejected:
                if rejected.reason in self._reactor.moot:
                    SENT.labels(self.name, "moot").inc()
                    return
                SENT.labels(self.name, rejected.code.lower()).inc()
                faults += 1
                if rejected.code not in FAULTS or faults >= FAULTS_MOST:
                    await self._bury(errand, request, rejected.code, str(rejected))
                    return
            else:
                SENT.labels(self.name, "ok").inc()
                return
            await asyncio.sleep(wait_s)
            wait_s = min(wait_s * 2, AGAIN_AFTER_S[1])

    async def _bury(
        self, errand: Errand, request: Message | None, reason: str, details: str
    ) -> None:
        letter: Mapping[str, Any] = {
            "topic": errand.place.topic,
            "partition": errand.place.partition,
            "offset": errand.offset,
            "record_id": errand.record.id,
            "request": request and request.DESCRIPTOR.full_name,
            "body": request and MessageToDict(request, preserving_proto_field_name=True),
            "details": details,
        }
        await self._dead.keep(self.name, errand.record.subject, reason, letter)

    async def _commit_for_ever(self) -> None:
        renewed_at = time.monotonic()
        while True:
            await asyncio.sleep(COMMIT_S)
            renew = time.monotonic() - renewed_at > RENEW_S
            await self._commit(everything=renew)
            renewed_at = time.monotonic() if renew else renewed_at

    async def _commit(self, *, everything: bool = False) -> None:
        """Commits up to the first record whose requests are not all answered."""
        reached = {
            place: min(next(iter(self._open[place]), read), read)
            for place, read in self.follower.next.items()
        }
        ahead = {
            place: max(offset, self._done[place])
            for place, offset in reached.items()
            if everything or offset > self._done[place]
        }
        if ahead and await self._offsets.commit(ahead):
            self._done.update(ahead)
