"""Commands decided together, for one append."""

import asyncio
import logging
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Generic

from sasayaki.event import Recorded
from sasayaki_chassis import codec
from sasayaki_chassis.codec import Entry
from sasayaki_chassis.decider import C, Decider, E, Refused, S
from sasayaki_chassis.ids import uuid7
from sasayaki_chassis.kafka.log import BATCH_BYTES_MOST

FRAME_BYTES = 512
"""Room for a record's headers and framing in a batch."""

log = logging.getLogger(__name__)


class DecisionFailed(Exception):
    """A bug: the decision raised. Nothing was decided, and asking again would not help."""


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


class Turn(Generic[S, C, E]):
    """Decides on copies, which are dropped if the batch turns out void.

    `types` are those of the events that the stream may hold, `base` is the offset that the first
    record is meant for.
    """

    def __init__(
        self,
        decider: Decider[S, C, E],
        types: Collection[str],
        *,
        name: str,
        instant: datetime,
        base: int,
        claim_id: str,
    ) -> None:
        self.records: list[Recorded[E]] = []
        self.entries: list[Entry] = []
        self.answers: list[tuple[E, ...] | Exception] = []
        self._decider = decider
        self._types = types
        self._source = codec.source_of(decider.stream)
        self._name = name
        self._instant = instant
        self._base = base
        self._claim_id = claim_id
        self._ahead: dict[str, Stream[S, E]] = {}
        self._bytes = 0

    def decide(self, todo: Sequence[Waiting[C, E]], streams: Mapping[str, Stream[S, E]]) -> None:
        """Takes as many of the commands as fit into one append, in order."""
        for waiting in todo:
            known = streams.get(waiting.stream)
            ahead = self._ahead.get(waiting.stream)
            if ahead is None:
                begun: Stream[S, E] = known or Stream(self._decider.initial, waiting.meta)
                ahead = Stream(begun.state, begun.meta, begun.sequence)
                self._ahead[waiting.stream] = ahead
            done = ahead.done.get(waiting.request)
            if done is None and known is not None:
                done = known.done.get(waiting.request)
            if done is not None:
                self.answers.append(done)
            elif not self._decide_one(ahead, waiting):
                break

    def _decide_one(self, ahead: Stream[S, E], waiting: Waiting[C, E]) -> bool:
        """Adds one command's decision to the turn; False if the append would get too big."""
        try:
            events = tuple(self._decider.decide(ahead.state, waiting.command, self._instant))
            state = ahead.state
            records: list[Recorded[E]] = []  # annotated: naming the type anew costs as much as one
            for place, event in enumerate(events, len(self.records)):
                meta = self._meta(state, event, waiting.meta)
                sequence = ahead.sequence + len(records) + 1
                records.append(self._record(event, waiting, meta, sequence, place))
                state = self._decider.evolve(state, event)
            entries = [codec.encode(record) for record in records]
            size = self._size(records, entries)
        except Refused as refused:
            self.answers.append(refused)
            return True
        except Exception as bug:
            # Decisions are pure and this one's state is dropped: one bad command must not stop
            # the partition for all others, again after each replay (docs/adr/0014).
            log.exception("decision_failed", extra={"owner": self._name, "stream": waiting.stream})
            self.answers.append(DecisionFailed(f"{self._name}: {type(bug).__name__}"))
            return True
        if self.records and self._bytes + size > BATCH_BYTES_MOST:
            return False
        ahead.state, ahead.sequence = state, ahead.sequence + len(events)
        if events:
            ahead.done[waiting.request] = events
        self._bytes += size
        self.records += records
        self.entries += entries
        self.answers.append(events)
        return True

    def _meta(self, state: S, event: E, asked: Meta) -> Meta:
        """The envelope of one event; the decider knows best whom it concerns."""
        if self._decider.about is None:
            return asked
        about = self._decider.about(state, event)
        return replace(asked, client_id=about.client_id, correlation_id=about.correlation_id)

    def _record(
        self,
        event: E,
        waiting: Waiting[C, E],
        meta: Meta,
        sequence: int,
        place: int,
    ) -> Recorded[E]:
        return Recorded.model_construct(
            id=str(uuid7()),
            type=event.event_type,
            source=f"{self._source}/{waiting.stream}",
            subject=waiting.stream,
            sequence=sequence,
            time=self._instant,
            recorded_time=self._instant,
            tenant_id=meta.tenant_id,
            client_id=meta.client_id,
            at=self._base + place,
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
                raise TypeError(f"{self._decider.stream} may not hold a {record.type}")
        size = sum(len(entry.key) + len(entry.value) + FRAME_BYTES for entry in entries)
        if size > BATCH_BYTES_MOST:
            raise ValueError(f"a decision of {size} bytes, over {BATCH_BYTES_MOST}")
        return size
