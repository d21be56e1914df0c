"""How far a reactor's requests are answered, as Kafka remembers it for a consumer group."""

import asyncio
import logging
from collections.abc import Iterable, Mapping
from contextlib import suppress
from typing import Self

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError

from sasayaki_chassis.kafka.log import ANSWER_S, assign_paused

AGAIN_AFTER_S = 0.5
"""Before what Kafka refused is asked again."""

log = logging.getLogger(__name__)


class Offsets:
    """A group's offsets; a consumer that fetches nothing keeps them."""

    def __init__(self, bootstrap: str, group: str, places: Iterable[TopicPartition]) -> None:
        self._group = group
        self._places = list(places)
        self._consumer = AIOKafkaConsumer(
            bootstrap_servers=bootstrap,
            group_id=group,
            enable_auto_commit=False,
            auto_offset_reset="none",
        )

    async def __aenter__(self) -> Self:
        await self._consumer.start()
        assign_paused(self._consumer, self._places)
        return self

    async def __aexit__(self, *failure: object) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(ANSWER_S):
                await self._consumer.stop()

    async def committed(self) -> dict[TopicPartition, int]:
        """Up to which offset each place is done."""
        while True:
            try:
                done = [await self._consumer.committed(place) for place in self._places]
                return dict(zip(self._places, (offset or 0 for offset in done), strict=True))
            except KafkaError as error:
                log.warning("no_committed_offsets", extra={"group": self._group, "why": str(error)})
                await asyncio.sleep(AGAIN_AFTER_S)

    async def commit(self, offsets: Mapping[TopicPartition, int]) -> bool:
        """Whether it is known to be done; the client alone would ask for ever."""
        try:
            async with asyncio.timeout(ANSWER_S):
                await self._consumer.commit(dict(offsets))
        except (KafkaError, TimeoutError) as error:
            log.warning("commit_failed", extra={"group": self._group, "why": repr(error)})
            return False
        return True
