"""The ends of many partitions, read together in small requests.

Kafka's fetch sessions (KIP-227) let a request name only the partitions whose place has moved, and
its answer only those with news. Naming all of them in both, as aiokafka's consumer does, costs 3 ms
of processor time a request at a hundred partitions (docs/adr/0031).
"""

import asyncio
import logging
import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Self, TypeAlias

from aiokafka import TopicPartition
from aiokafka.client import AIOKafkaClient
from aiokafka.errors import (
    CorruptRecordException,
    KafkaError,
    NoError,
    OffsetOutOfRangeError,
    for_code,
)
from aiokafka.protocol.api import Request
from aiokafka.protocol.fetch import FetchRequest_v11
from aiokafka.record import MemoryRecords

WAIT_MS = 200
"""The broker answers without news after this time."""
ANSWER_MS = 5_000
"""A broker that has not answered by then is asked anew."""
ANSWER_BYTES_MOST = 8 * 1024 * 1024
PLACE_BYTES_MOST = 1024 * 1024
"""Of one partition in an answer; a larger record still comes, alone."""
AGAIN_AFTER_S = 0.1
"""Before what Kafka refused is asked again."""

NOBODY = -1
"""The leader of a partition that has none, as Kafka writes it."""

Found: TypeAlias = Sequence[tuple[int, bytes | None]]
"""Records of one partition, by offset."""
Answer: TypeAlias = dict[TopicPartition, Found]

log = logging.getLogger(__name__)


@dataclass(slots=True)
class Session:
    """What one broker remembers of our last request; `epoch` 0 begins a new one."""

    id: int = 0
    epoch: int = 0
    places: dict[TopicPartition, int] = field(default_factory=dict)


class Fetch(Request[FetchRequest_v11]):  # type: ignore[misc]  # aiokafka shows no types
    """The next request of a session."""

    API_KEY = 1

    def __init__(self, session: Session, places: Mapping[TopicPartition, int]) -> None:
        self._session, self._places = session, places

    def build(self, request_struct_class: type[FetchRequest_v11]) -> FetchRequest_v11:
        by_topic = defaultdict[str, list[tuple[int, ...]]](list)
        for place, offset in self._places.items():
            by_topic[place.topic].append((place.partition, -1, offset, -1, PLACE_BYTES_MOST))
        id_, epoch, topics = self._session.id, self._session.epoch, list(by_topic.items())
        limits = (-1, WAIT_MS, 1, ANSWER_BYTES_MOST, 0)
        return request_struct_class(*limits, id_, epoch, topics, [], "")


class Tail:
    """Reads on from some places; `next` is where, `ends` where the log was last known to end."""

    def __init__(self, bootstrap: str, places: Mapping[TopicPartition, int]) -> None:
        self.next = dict(places)
        self.ends: dict[TopicPartition, int] = {}
        self._sessions: dict[int, Session] = {}
        self._asking: dict[int, asyncio.Task[Answer]] = {}
        self._told_at: dict[int, float] = {}
        self._leaders: Mapping[int, Sequence[TopicPartition]] = {}
        self._client = AIOKafkaClient(bootstrap_servers=bootstrap, request_timeout_ms=ANSWER_MS)

    async def __aenter__(self) -> Self:
        while True:
            try:
                await self._client.bootstrap()
                await self._client.set_topics({place.topic for place in self.next})
            except KafkaError:
                await asyncio.sleep(AGAIN_AFTER_S)
            else:
                return self

    async def __aexit__(self, *failure: object) -> None:
        for asking in self._asking.values():
            asking.cancel()
        await asyncio.gather(*self._asking.values(), return_exceptions=True)
        await self._client.close()

    async def read(self) -> Answer:
        """What has come, in order per place; nothing when no broker had news for a while."""
        self._leaders = self._find_leaders()
        for node, places in self._leaders.items():
            if node not in self._asking and node != NOBODY:
                self._asking[node] = asyncio.create_task(self._ask(node, places))
        if not self._asking:
            await asyncio.sleep(AGAIN_AFTER_S)
            return {}
        await asyncio.wait(self._asking.values(), return_when=asyncio.FIRST_COMPLETED)
        found: Answer = {}
        for node in [node for node, asking in self._asking.items() if asking.done()]:
            found |= self._asking.pop(node).result()
        return found

    def whole_at(self) -> float:
        """When all that there was had been read, on the monotonic clock; -inf if it is not."""
        if any(self.ends.get(place, offset + 1) > offset for place, offset in self.next.items()):
            return float("-inf")
        return min(self._told_at.get(node, float("-inf")) for node in self._leaders)

    def _find_leaders(self) -> dict[int, list[TopicPartition]]:
        """The places by the broker that has them."""
        leaders = defaultdict[int, list[TopicPartition]](list)
        for place in self.next:
            node = self._client.cluster.leader_for_partition(place)
            leaders[NOBODY if node is None else node].append(place)
        if NOBODY in leaders:
            self._client.force_metadata_update()
        return leaders

    async def _ask(self, node: int, places: Sequence[TopicPartition]) -> Answer:
        session = self._sessions.pop(node, Session())
        if session.places.keys() != set(places):
            session = Session()  # a leader has changed: simplest told by beginning anew
        moved = {p: self.next[p] for p in places if session.places.get(p) != self.next[p]}
        found: Answer = {}
        try:
            answer: Any = await self._client.send(node, Fetch(session, moved))
            refused = for_code(answer.error_code)
            for topic, parts in answer.topics:
                for part in parts:
                    try:
                        self._take(TopicPartition(topic, part[0]), part, found)
                    except OffsetOutOfRangeError:
                        raise
                    except KafkaError as error:
                        refused = type(error)
            if refused is not NoError:
                raise refused(f"broker {node}")
        except OffsetOutOfRangeError:
            raise  # the log has lost what was to be read: nobody may go on as if it had not
        except KafkaError as error:
            log.warning("nothing_read", extra={"broker": node, "why": repr(error)})
            self._client.force_metadata_update()
            await asyncio.sleep(AGAIN_AFTER_S)
        else:
            self._told_at[node] = time.monotonic()
            if answer.session_id:  # 0 from a broker that keeps no more sessions
                known = {**session.places, **moved}
                self._sessions[node] = Session(answer.session_id, session.epoch + 1, known)
        return found

    def _take(self, place: TopicPartition, part: Sequence[Any], found: Answer) -> None:
        """Reads one partition's part of an answer."""
        if part[1]:
            raise for_code(part[1])(f"{place}")
        self.ends[place] = part[2]
        start, records = self.next[place], list[tuple[int, bytes | None]]()
        batches = MemoryRecords(part[-1])
        while batches.has_next():
            batch = batches.next_batch()
            if not batch.validate_crc():
                raise CorruptRecordException(f"{place} after {self.next[place]}")
            if not batch.is_control_batch:  # a batch comes whole, its part before `start` too
                records += [(each.offset, each.value) for each in batch if each.offset >= start]
            self.next[place] = batch.next_offset
        if records:
            found[place] = records
