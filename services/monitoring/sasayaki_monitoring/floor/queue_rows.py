"""Queues as the floor shows them: who waits, and the service level of the last half hour."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from sasayaki.event import Recorded
from sasayaki.monitoring.v1 import floor_pb2 as wire
from sasayaki_monitoring.floor.queues import MS, PER_MILLE, Queue, QueueKey, Queues
from sasayaki_monitoring.floor.rows import Row


class QueueRows:
    """A row for each queue and client company; told when asked, so at most that often."""

    def __init__(self, in_time: timedelta) -> None:
        self._queues = Queues(in_time)
        self._changed: dict[QueueKey, None] = {}

    def fold(self, record: Recorded[Any]) -> None:
        for queue in self._queues.fold(record):
            self._changed[queue.key] = None

    def changed(self, now: datetime) -> Iterator[tuple[str, Row]]:
        """Id and row of each queue that has changed since it was last told."""
        for key, queue in self._queues.queues.items():
            if queue.forget(now):
                self._changed[key] = None
        for key in self._changed:
            yield " ".join(key), self._row(self._queues.queues[key])
        self._changed = {}

    def _row(self, queue: Queue) -> Row:
        row = wire.FloorQueue(
            queue_id=queue.queue_id,
            client_id=queue.client_id,
            waiting=len(queue.waiting),
            answered=queue.answered,
            answered_in_time=queue.in_time,
            abandoned=queue.abandoned,
            in_time_ms=self._queues.in_time(queue) // MS,
        )
        if queue.longest_since is not None:
            row.longest_since.FromDatetime(queue.longest_since)
        if queue.per_mille is not None:
            row.service_level = queue.per_mille / PER_MILLE
        return Row(queue.tenant_id, frozenset((queue.client_id,)), wire.FloorRow(queue=row))
