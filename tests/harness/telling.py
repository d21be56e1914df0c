"""Another service's stream, told by a test: what is asked to be told is an event of it."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from itertools import count

from sasayaki.event import Event, events_of
from sasayaki_chassis.clock import SystemClock
from sasayaki_chassis.decider import Decider
from sasayaki_chassis.kafka import topics
from sasayaki_chassis.kafka.log import KafkaLog, KafkaReader
from sasayaki_chassis.owner import Meta, Owners


def _tell(state: int, event: Event, now: datetime) -> Sequence[Event]:
    return [event]


def _teller(stream: str, partitions: int) -> Decider[int, Event, Event]:
    return Decider(
        stream=stream,
        initial=0,
        decide=_tell,
        evolve=lambda told, event: told + 1,
        deadline=lambda told: None,
        events=tuple(events_of(stream).values()),
        partitions=partitions,
    )


class Teller:
    """Writes records that count to one topic, as its owner would."""

    def __init__(self, owners: Owners[int, Event, Event], tenant_id: str) -> None:
        self._owners = owners
        self._tenant_id = tenant_id
        self._numbers = count(1)

    async def tell(
        self, subject: str, *events: Event, client_id: str = "cli_acme", tenant_id: str = ""
    ) -> None:
        """Returns when the events are in the topic."""
        meta = Meta(tenant_id or self._tenant_id, client_id=client_id, correlation_id=subject)
        for event in events:
            request_id = f"told-{next(self._numbers)}"
            await self._owners.handle(subject, event, request_id=request_id, meta=meta)


@asynccontextmanager
async def telling(
    bootstrap: str, prefix: str, stream: str, partitions: int, tenant_id: str = "out_test"
) -> AsyncIterator[Teller]:
    """The owner of a stream that no service of the test owns."""
    topic = f"{prefix}{stream}"
    await topics.ensure(bootstrap, {topic: partitions}, [])
    async with KafkaReader(bootstrap, topic, partitions) as reader, asyncio.TaskGroup() as tasks:
        logs = [KafkaLog(reader, number) for number in range(partitions)]
        owners = Owners(_teller(stream, partitions), logs, SystemClock())
        serving = tasks.create_task(owners.run())
        await owners.all_serving()
        yield Teller(owners, tenant_id)
        serving.cancel()
