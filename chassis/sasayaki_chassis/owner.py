"""One owned partition: claim it, replay it, decide in batches, append, answer.

A record counts if and only if it landed at the offset that it was written for, so a batch that
comes second is void for every reader, the writer included: it is decided again. Acknowledged
means counted. Claims and waiting times serve progress, never safety. The argument:
docs/adr/0003.
"""

import asyncio
import heapq
import logging
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Generic

from prometheus_client import Counter, Gauge, Histogram

from sasayaki.event import Event, Recorded, Unknown
from sasayaki_chassis import codec
from sasayaki_chassis.clock import Alarm, Clock
from sasayaki_chassis.codec import Entry
from sasayaki_chassis.decider import C, Decider, E, Refused, S
from sasayaki_chassis.ids import uuid7
from sasayaki_chassis.log import BATCH_BYTES_MOST, Doubt, Log, partition_of
from sasayaki_chassis.telemetry import LATENCY_BUCKETS

BATCH_COMMANDS_MOST = 500
FRAME_BYTES = 512
"""Room for a record's headers and framing in a batch."""
WAITING_MOST = 10_000
REQUESTS_MOST = 10_000
"""Request ids remembered per stream; the oldest is forgotten first."""
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


class DecisionFailed(Exception):
    """A bug: the decision raised. Nothing was decided, and asking again would not help."""


class Displaced(Exception):
    """Another owner has claimed the partition."""


class HistoryBroken(Exception):
    """The log does not hold what was acknowledged, or a sequence has a gap: never to be served."""


@dataclass(frozen=True, slots=True)
class Meta:
    """What an envelope says beside the event; the request id becomes its `causationid`."""

    tenant_id: str
    client_id: str | None = None
    auth_id: str | None = None
    correlation_id: str | None = None
    traceparent: str | None = None


@dataclass(slots=True)
class Stream(Generic[S, E]):
    """What is decided so far in one stream; `meta` is that of its first record."""

    state: S
    meta: Meta
    sequence: int = 0
    done: dict[str, tuple[E, ...]] = field(default_factory=dict)


@dataclass(slots=True)
class Waiting(Generic[C, E]):
    """A command and who waits for its answer."""

    stream: str
    request: str
    command: C
    meta: Meta
    answer: asyncio.Future[tuple[E, ...]]


@dataclass(slots=True)
class Turn(Generic[S, C, E]):
    """Commands decided together on copies that are dropped if the batch turns out void."""

    instant: datetime
    ahead: dict[str, Stream[S, E]] = field(default_factory=dict)
    records: list[Recorded[E]] = field(default_factory=list)
    entries: list[Entry] = field(default_factory=list)
    answers: list[tuple[E, ...] | Exception] = field(default_factory=list)
    bytes: int = 0


class Owner(Generic[S, C, E]):
    """Serves one partition from a claim until it is displaced or in doubt."""

    def __init__(self, decider: Decider[S, C, E], log: Log, clock: Clock, name: str) -> None:
        self.decider = decider
        self.name = name
        self.streams: dict[str, Stream[S, E]] = {}
        self.serving = asyncio.Event()
        self._log = log
        self._clock = clock
        self._types: Mapping[str, type[Event]] = {e.event_type: e for e in decider.events}
        self._waiting: list[Waiting[C, E]] = []
        self._wake = asyncio.Event()
        self._next = 0
        self._claim_id = ""
        self._claims: set[str] = set()  # an own claim in doubt may land after the next one
        self._armed: dict[str, datetime] = {}
        self._due: list[tuple[datetime, str]] = []  # a heap; what `_armed` does not know is stale
        self._alarm: Alarm | None = None

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
            await self._log.open()
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
            await self._log.abandon()

    async def _claim(self) -> None:
        """Reads what is there, marks the log, and reads what the last owner still got in."""
        self._claim_id = str(uuid7())
        self._claims.add(self._claim_id)
        await self._absorb(await self._log.end())
        at = await self._log.append([self._claim_entry()])
        if at < self._next:
            raise HistoryBroken(f"{self.name} went back from {self._next} to {at}")
        await self._absorb(at + 1)
        self._armed, self._due = {}, []
        self._arm(self.streams)

    async def _turn(self) -> None:
        todo = self._waiting[:BATCH_COMMANDS_MOST]
        turn = self._decide(todo)
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

    def _decide(self, todo: Sequence[Waiting[C, E]]) -> Turn[S, C, E]:
        """As many of the commands as fit into one append, in order."""
        turn: Turn[S, C, E] = Turn(self._clock.now())
        for waiting in todo:
            known = self.streams.get(waiting.stream)
            ahead = turn.ahead.get(waiting.stream)
            if ahead is None:
                begun = known or Stream[S, E](self.decider.initial, waiting.meta)
                ahead = Stream(begun.state, begun.meta, begun.sequence)
                turn.ahead[waiting.stream] = ahead
            done = ahead.done.get(waiting.request)
            if done is None and known is not None:
                done = known.done.get(waiting.request)
            if done is not None:
                turn.answers.append(done)
            elif not self._decide_one(turn, ahead, waiting):
                break
        return turn

    def _decide_one(self, turn: Turn[S, C, E], ahead: Stream[S, E], waiting: Waiting[C, E]) -> bool:
        """Adds one command's decision to the turn; False if the append would get too big."""
        try:
            events = tuple(self.decider.decide(ahead.state, waiting.command, turn.instant))
            state = ahead.state
            records: list[Recorded[E]] = []  # annotated: naming the type anew costs as much as one
            for place, event in enumerate(events, len(turn.records)):
                meta = self._meta(state, event, waiting.meta)
                sequence = ahead.sequence + len(records) + 1
                records.append(self._record(event, waiting, meta, turn.instant, sequence, place))
                state = self.decider.evolve(state, event)
            entries = [codec.encode(record) for record in records]
            size = self._size(records, entries)
        except Refused as refused:
            turn.answers.append(refused)
            return True
        except Exception as bug:
            # Decisions are pure and this one's state is dropped: one bad command must not stop
            # the partition for all others, again after each replay (docs/adr/0014).
            log.exception("decision_failed", extra={"owner": self.name, "stream": waiting.stream})
            turn.answers.append(DecisionFailed(f"{self.name}: {type(bug).__name__}"))
            return True
        if turn.records and turn.bytes + size > BATCH_BYTES_MOST:
            return False
        ahead.state, ahead.sequence = state, ahead.sequence + len(events)
        if events:
            ahead.done[waiting.request] = events
        turn.bytes += size
        turn.records += records
        turn.entries += entries
        turn.answers.append(events)
        return True

    def _meta(self, state: S, event: E, asked: Meta) -> Meta:
        """The envelope of one event; the decider knows best whom it concerns."""
        if self.decider.about is None:
            return asked
        about = self.decider.about(state, event)
        return replace(asked, client_id=about.client_id, correlation_id=about.correlation_id)

    def _record(
        self,
        event: E,
        waiting: Waiting[C, E],
        meta: Meta,
        instant: datetime,
        sequence: int,
        place: int,
    ) -> Recorded[E]:
        return Recorded.model_construct(
            id=str(uuid7()),
            type=event.event_type,
            source=f"/{self.decider.stream.replace('.', '/')}/{waiting.stream}",
            subject=waiting.stream,
            sequence=sequence,
            time=instant,
            recorded_time=instant,
            tenant_id=meta.tenant_id,
            client_id=meta.client_id,
            at=self._next + place,
            owner=self._claim_id,
            auth_id=meta.auth_id,
            causation_id=waiting.request,
            correlation_id=meta.correlation_id,
            traceparent=meta.traceparent,
            data=event,
        )

    def _size(self, records: Sequence[Recorded[E]], entries: Sequence[Entry]) -> int:
        """Bytes that a decision takes in a batch; refuses what could never be read back."""
        for record in records:
            if record.type not in self._types:
                raise TypeError(f"{self.decider.stream} may not hold a {record.type}")
        size = sum(len(entry.key) + len(entry.value) + FRAME_BYTES for entry in entries)
        if size > BATCH_BYTES_MOST:
            raise ValueError(f"a decision of {size} bytes, over {BATCH_BYTES_MOST}")
        return size

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
        stream.sequence, stream.state = (
            record.sequence,
            self.decider.evolve(stream.state, record.data),
        )
        request = record.causation_id or ""
        stream.done[request] = (*stream.done.get(request, ()), record.data)
        if len(stream.done) > REQUESTS_MOST:
            del stream.done[next(iter(stream.done))]

    def _claim_entry(self) -> Entry:
        now = self._clock.now()
        claim = Recorded[Event].model_construct(
            id=str(uuid7()),
            type=codec.CLAIM_TYPE,
            source=f"/{self.decider.stream.replace('.', '/')}",
            subject=self.name,
            sequence=0,
            time=now,
            recorded_time=now,
            tenant_id="",
            at=codec.CLAIM_AT,
            owner=self._claim_id,
            data=Event(),
        )
        return codec.encode(claim)

    def _arm(self, stream_ids: Iterable[str]) -> None:
        """Notes when time itself acts next on these streams."""
        for stream_id in stream_ids:
            due = self.decider.deadline(self.streams[stream_id].state)
            if due is None:
                self._armed.pop(stream_id, None)
            elif self._armed.get(stream_id) != due[0]:
                self._armed[stream_id] = due[0]
                heapq.heappush(self._due, (due[0], stream_id))
        self._set_alarm()

    def _set_alarm(self) -> None:
        while self._due and self._armed.get(self._due[0][1]) != self._due[0][0]:
            heapq.heappop(self._due)
        if self._alarm is not None:
            self._alarm.cancel()
        self._alarm = self._clock.alarm(self._due[0][0], self._wake.set) if self._due else None

    def _queue_what_is_due(self) -> None:
        """Puts commands of deadlines that have passed among those that wait.

        A deadline whose decision changes nothing is not armed again: it would come for ever.
        """
        now, loop = self._clock.now(), asyncio.get_running_loop()
        while self._due and self._due[0][0] <= now:
            at, stream_id = heapq.heappop(self._due)
            stream = self.streams[stream_id]
            due = self.decider.deadline(stream.state)
            if self._armed.get(stream_id) != at or due is None:
                continue
            del self._armed[stream_id]
            answer: asyncio.Future[tuple[E, ...]] = loop.create_future()
            answer.add_done_callback(_heard)
            request = f"deadline:{stream_id}:{stream.sequence}"
            self._waiting.append(Waiting(stream_id, request, due[1], stream.meta, answer))
        self._set_alarm()  # again, if it rang early: timers are rounded, and clocks are set back


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

    def owns(self, stream_id: str) -> bool:
        """Whether a command for this stream would be decided here and now."""
        return self._owner(stream_id).serving.is_set()

    def _owner(self, stream_id: str) -> Owner[S, C, E]:
        return self._owners[partition_of(stream_id, len(self._owners))]
