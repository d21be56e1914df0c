"""What alert rules look at: a call, an operator, a queue; and how long talks of a reason last."""

from bisect import bisect_left, insort
from collections import deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TypeAlias

from sasayaki.routing.v1.pool_events import OperatorState
from sasayaki_monitoring.floor.queues import Queue

OVERLAPS_WITHIN = timedelta(seconds=60)
OVERLAP_MS_LEAST = 1_000
CUSTOMER_HELD = "customer held"
SAMPLES_LEAST = 50
SAMPLES_MOST = 1_000
"""Talks of one reason that are remembered; the oldest is forgotten first."""


class TalkTimes:
    """Lengths of the last talks of one reason, milliseconds."""

    def __init__(self) -> None:
        self._order: deque[int] = deque()
        self._sorted: list[int] = []

    def add(self, talk_ms: int) -> None:
        self._order.append(talk_ms)
        insort(self._sorted, talk_ms)
        if len(self._order) > SAMPLES_MOST:
            del self._sorted[bisect_left(self._sorted, self._order.popleft())]

    @property
    def p95_ms(self) -> int | None:
        """What 95 of 100 talks do not exceed (nearest rank); None before there are enough."""
        count = len(self._sorted)
        return self._sorted[-(-count * 95 // 100) - 1] if count >= SAMPLES_LEAST else None


@dataclass(slots=True)
class Call:
    """A customer and an operator who talk: of several, the one who has talked longest."""

    tenant_id: str
    client_id: str
    contact_id: str
    operator_id: str
    leg_id: str
    since: datetime
    holds: dict[str, datetime] = field(default_factory=dict)
    """Legs whose phone holds the call, and since when; the customer's leg has no name, and
    `CUSTOMER_HELD` stands for a hold that the operator has ordered."""
    held: timedelta = timedelta()
    """By the operator, in holds that are over."""
    silent_since: datetime | None = None
    heard_again: datetime | None = None
    """When the last hold ended: what was silent before is no silence."""
    overlaps: deque[datetime] = field(default_factory=deque)
    talk_times: TalkTimes | None = None
    """Of the reason for which the customer calls, if that is known."""

    @property
    def key(self) -> "Subject":
        return ("call", self.tenant_id, self.contact_id)

    @property
    def held_since(self) -> datetime | None:
        """Since when the customer waits for the operator, by whichever hold began first."""
        own = (self.holds[each] for each in (self.leg_id, CUSTOMER_HELD) if each in self.holds)
        return min(own, default=None)


@dataclass(slots=True)
class Desk:
    """An operator in a state that should pass."""

    tenant_id: str
    client_id: str
    operator_id: str
    state: OperatorState
    since: datetime

    @property
    def key(self) -> "Subject":
        return ("desk", self.tenant_id, self.operator_id)


Watched: TypeAlias = Call | Desk | Queue
Subject: TypeAlias = tuple[str, str, str]
"""What sort of thing it is, its tenant and its id."""


def queue_key(queue: Queue) -> Subject:
    return ("queue", queue.tenant_id, f"{queue.client_id} {queue.queue_id}")
