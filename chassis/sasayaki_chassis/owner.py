"""One owned partition: claim it, replay it, decide in batches, append, answer.

A record counts if and only if it landed at the offset that it was written for, so a batch that
comes second is void for every reader, the writer included: it is decided again. Acknowledged
means counted. Claims and waiting times serve progress, never safety. The argument:
docs/adr/0003.
"""

import asyncio
import logging
import time
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Generic

from prometheus_client import Counter, Gauge, Histogram

from sasayaki.event import Event, Recorded, Unknown
from sasayaki_chassis import codec
from sasayaki_chassis.clock import Clock
from sasayaki_chassis.decider import C, Decider, E, Refused, S
from sasayaki_chassis.due import Due
from sasayaki_chassis.ids import uuid7
from sasayaki_chassis.kafka.log import Doubt, Log, partition_of
from sasayaki_chassis.telemetry import LATENCY_BUCKETS
from sasayaki_chassis.turn import DecisionFailed as DecisionFailed
from sasayaki_chassis.turn import Meta as Meta
from sasayaki_chassis.turn import Stream, Turn, Waiting

BATCH_COMMANDS_MOST = 500
WAITING_MOST = 10_000
REQUESTS_MOST = 20_000
"""Requests remembered with their answers, per partition; the oldest is forgotten first."""
AGAIN_AFTER_S = (0.05, 1.0)
"""First and longest wait before a new claim after a doubt."""
DISPLACED_AFTER_S = (2.0, 60.0)
"""The same after another owner's claim: longer, or both would take turns for ever."""

DECISIONS = Counter("sasayaki_chassis_decisions_total", "Commands answered.", ("stream", "outcome"))
APPEND = Histogram(
    "sasayaki_chassis_append_seconds",
    "From a decision to its acknowledged append.",
    ("stream",),
    buckets=LATENCY_BUCKETS,
)
STOPS = Counter("sasayaki_chassis_owner_stops_total", "Owners that stopped.", ("stream", "why"))
SERVING = Gauge("sasayaki_chassis_partitions_served", "Partitions owned and served.", ("stream",))
OVERLOADS = Counter("sasayaki_chassis_overloads_total", "Commands over the limit.", ("stream",))

log = logging.getLogger(__name__)


class Unavailable(Exception):
    """Not now; the same request may be repeated."""


class Overloaded(Exception):
    """Too many commands wait."""


class Displaced(Exception):
    """Another owner has claimed the partition."""


class HistoryBroken(Exception):
    """The log does not hold what was acknowledged, or a sequence has a gap: never to be served."""


class Owner(Generic[S, C, E]):
    """Serves one partition from a claim until it is displaced or in doubt."""

    def __init__(self, decider: Decider[S, C, E], log: Log, clock: Clock, name: str) -> None:
        self.decider = decider
        self.name = name
        self.streams: dict[str, Stream[S, E]] = {}
        self.going_on: dict[str, Stream[S, E]] = {}
        self.serving = asyncio.Event()
        self._log = log
        self._clock = clock
        self._types: Mapping[str, type[Event]] = {e.event_type: e for e in decider.events}
        self._waiting: list[Waiting[C, E]] = []
        self._remembered: deque[tuple[Stream[S, E], str]] = deque()
        self._wake = asyncio.Event()
        self._next = 0
        self._claim_id = ""
        self._claims: set[str] = set()  # an own claim in doubt may land after the next one
        self._due = Due(clock, self._wake.set)

    def handle(
        self, stream_id: str, command: C, request_id: str, meta: Meta
    ) -> asyncio.Future[tuple[E, ...]]:
        """Queues a command; its answer is the decided events, Refused, or Unavailable."""
        if not self.serving.is_set():
            raise Unavailable(f"{self.name} has no owner here yet")
        if len(self._waiting) >= WAITING_MOST:
            OVERLOADS.labels(self.decider.stream).inc()
            raise Overloaded(f"{WAITING_MOST} commands wait for {self.name}")
        answer: asyncio.Future[tuple[E, ...]] = asyncio.get_running_loop().create_future()
        self._waiting.append(Waiting(stream_id, request_id, command, meta, answer))
        self._wake.set()
        return answer

    async def run(self) -> None:
        """Serves for ever: claims again after a doubt at once, after a displacement later."""
        wait_s = 0.0
        while True:
            claimed_at = time.monotonic()
            try:
                await self._serve()
            except (Doubt, Displaced) as stop:
                error, why = str(stop), type(stop).__name__.lower()
                first, most = AGAIN_AFTER_S if isinstance(stop, Doubt) else DISPLACED_AFTER_S
            STOPS.labels(self.decider.stream, why).inc()
            log.warning("owner_stopped", extra={"owner": self.name, "why": why, "error": error})
            calm = time.monotonic() - claimed_at > most
            wait_s = first if calm else min(max(first, wait_s * 2), most)
            await asyncio.sleep(wait_s)

    async def _serve(self) -> None:
        try:
            await self._claim()
            self.serving.set()
            SERVING.labels(self.decider.stream).inc()
            while True:
                self._wake.clear()
                self._queue_what_is_due()
                if not self._waiting:
                    await self._wake.wait()
                while self._waiting:
                    await self._turn()
        finally:
            if self.serving.is_set():
                self.serving.clear()
                SERVING.labels(self.decider.stream).dec()
            for waiting in self._waiting:
                if not waiting.answer.done():
                    waiting.answer.set_exception(Unavailable(f"{self.name}: ask again"))
            self._waiting.clear()

    async def _claim(self) -> None:
        """Reads what is there, marks the log, and reads what the last owner still got in."""
        await self._absorb(await self._log.end())
        self._claim_id = str(uuid7())
        self._claims.add(self._claim_id)
        claim = codec.claim(self.decider.stream, self.name, self._claim_id, self._clock.now())
        at = await self._log.append([claim])
        if at < self._next:
            raise HistoryBroken(f"{self.name} went back from {self._next} to {at}")
        await self._absorb(at + 1)
        self._due.clear()
        self._arm(self.streams)

    async def _turn(self) -> None:
        todo = self._waiting[:BATCH_COMMANDS_MOST]
        turn = Turn(
            self.decider,
            self._types,
            name=self.name,
            instant=self._clock.now(),
            base=self._next,
            claim_id=self._claim_id,
        )
        turn.decide(todo, self.streams)
        if turn.records:
            started = time.perf_counter()
            base = await self._log.append(turn.entries)
            APPEND.labels(self.decider.stream).observe(time.perf_counter() - started)
            if base < self._next:
                raise HistoryBroken(f"{self.name} went back from {self._next} to {base}")
            if base > self._next:  # somebody wrote between: ours is void for every reader
                await self._absorb(base + len(turn.records), since_claim=True)
                return  # the same commands are decided again
            for record in turn.records:
                self._apply(record)
            self._next = base + len(turn.records)
            self._arm({record.subject for record in turn.records})
        del self._waiting[: len(turn.answers)]
        # Refusals and repeats waited for the append too: they rest on this batch's events.
        for waiting, answer in zip(todo, turn.answers, strict=False):
            self._answer(waiting, answer)

    def _answer(self, waiting: Waiting[C, E], answer: tuple[E, ...] | Exception) -> None:
        outcome = "decided" if isinstance(answer, tuple) else type(answer).__name__.lower()
        DECISIONS.labels(self.decider.stream, outcome).inc()
        if waiting.answer.done():
            return
        if isinstance(answer, Exception):
            waiting.answer.set_exception(answer)
        else:
            waiting.answer.set_result(answer)

    async def _absorb(self, upto: int, *, since_claim: bool = False) -> None:
        """Folds what counts of [next, upto); after the own claim another's claim displaces."""
        stream, touched = self.decider.stream, set[str]()
        async for offset, value in self._log.read(self._next, upto):
            parsed = codec.readable(value, stream)
            if parsed is None:
                pass
            elif parsed.get("type") == codec.CLAIM_TYPE:
                if since_claim and parsed.get("owner") not in self._claims:
                    raise Displaced(f"{self.name} was claimed at {offset}")
            elif codec.counts(offset, parsed["at"]):
                self._apply(self._known(parsed))
                touched.add(str(parsed["subject"]))
            else:
                codec.VOID.labels(stream).inc()
            self._next = offset + 1
        self._next = upto
        self._arm(touched)

    def _known(self, parsed: Mapping[str, object]) -> Recorded[E]:
        """A record of the own stream: one that this build cannot read means that it is too old."""
        try:
            record = codec.decode(parsed, self._types)
        except codec.Undecodable as error:
            raise HistoryBroken(f"{self.name} at {parsed['at']}: {error}") from error
        if isinstance(record.data, Unknown):
            raise HistoryBroken(f"{self.name} at {parsed['at']}: unknown {record.type!r}")
        return record  # type: ignore[return-value]  # its type is one of the decider's events

    def _apply(self, record: Recorded[E]) -> None:
        stream = self.streams.get(record.subject)
        if stream is None:
            meta = Meta(
                tenant_id=record.tenant_id,
                client_id=record.client_id,
                correlation_id=record.correlation_id,
            )
            stream = self.streams[record.subject] = Stream(self.decider.initial, meta)
        if record.sequence != stream.sequence + 1:
            raise HistoryBroken(
                f"{record.subject}: {record.sequence} after {stream.sequence} at {record.at}"
            )
        stream.state = self.decider.evolve(stream.state, record.data)
        stream.sequence = record.sequence
        if self.decider.is_over(stream.state):
            self.going_on.pop(record.subject, None)
        else:
            self.going_on[record.subject] = stream
        self._remember(stream, record.causation_id or "", record.data)

    def _remember(self, stream: Stream[S, E], request: str, event: E) -> None:
        """Keeps an answer for a repeat, as long as the partition's records alone say."""
        answer = stream.done.get(request)
        stream.done[request] = (*(answer or ()), event)
        if answer is not None:
            return
        self._remembered.append((stream, request))
        if len(self._remembered) > REQUESTS_MOST:
            its_stream, oldest = self._remembered.popleft()
            del its_stream.done[oldest]
            if not its_stream.done:
                its_stream.done.clear()  # an emptied dict keeps its table otherwise

    def _arm(self, stream_ids: Iterable[str]) -> None:
        """Notes when time itself acts next on these streams."""
        for stream_id in stream_ids:
            due = self.decider.deadline(self.streams[stream_id].state)
            self._due.note(stream_id, None if due is None else due[0])
        self._due.set_alarm()

    def _queue_what_is_due(self) -> None:
        """Puts commands of deadlines that have passed among those that wait."""
        loop = asyncio.get_running_loop()
        for stream_id in self._due.passed():
            stream = self.streams[stream_id]
            due = self.decider.deadline(stream.state)
            assert due is not None, f"{stream_id} was noted without a deadline"
            answer: asyncio.Future[tuple[E, ...]] = loop.create_future()
            answer.add_done_callback(_heard)
            request = f"deadline:{stream_id}:{stream.sequence}"
            self._waiting.append(Waiting(stream_id, request, due[1], stream.meta, answer))


def _heard(answer: asyncio.Future[Any]) -> None:
    """Nobody waits for what time itself has asked; a refusal of it is worth a line."""
    if not answer.cancelled() and isinstance(error := answer.exception(), Refused):
        log.warning("deadline_refused", extra={"reason": error.reason})


class Owners(Generic[S, C, E]):
    """All partitions of one decider's topic in this instance."""

    def __init__(self, decider: Decider[S, C, E], logs: Sequence[Log], clock: Clock) -> None:
        self.decider = decider
        self._owners = [
            Owner(decider, log_, clock, f"{decider.stream}/{partition}")
            for partition, log_ in enumerate(logs)
        ]

    async def run(self) -> None:
        """Claims all partitions at once and serves them until cancelled."""
        async with asyncio.TaskGroup() as serving:
            for owner in self._owners:
                serving.create_task(owner.run(), name=owner.name)

    async def all_serving(self) -> None:
        for owner in self._owners:
            await owner.serving.wait()

    def serving(self) -> bool:
        return all(owner.serving.is_set() for owner in self._owners)

    async def handle(
        self, stream_id: str, command: C, *, request_id: str, meta: Meta
    ) -> tuple[E, ...]:
        """The events that the command came to, acknowledged; a repeat gets the first answer.

        Raises Refused, Unavailable (ask again with the same request id), Overloaded, or
        DecisionFailed.
        """
        return await self._owner(stream_id).handle(stream_id, command, request_id, meta)

    def state(self, stream_id: str) -> S:
        """What is decided so far; while another instance owns the partition, as of then."""
        stream = self._owner(stream_id).streams.get(stream_id)
        return self.decider.initial if stream is None else stream.state

    def meta(self, stream_id: str) -> Meta | None:
        """Whose the stream is, as its first record says; None when nothing is decided in it."""
        stream = self._owner(stream_id).streams.get(stream_id)
        return None if stream is None else stream.meta

    def streams(self) -> Iterator[tuple[str, S]]:
        """Every stream's id and state."""
        for owner in self._owners:
            for stream_id, stream in tuple(owner.streams.items()):
                yield stream_id, stream.state

    def going_on(self) -> Iterator[tuple[str, S]]:
        """The same of streams that are not over: what it costs does not grow with history."""
        for owner in self._owners:
            for stream_id, stream in tuple(owner.going_on.items()):
                yield stream_id, stream.state

    def owns(self, stream_id: str) -> bool:
        """Whether a command for this stream would be decided here and now."""
        return self._owner(stream_id).serving.is_set()

    def _owner(self, stream_id: str) -> Owner[S, C, E]:
        return self._owners[partition_of(stream_id, len(self._owners))]
