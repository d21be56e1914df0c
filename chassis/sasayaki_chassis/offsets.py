"""How far a reactor's requests are answered, as Kafka remembers it for a consumer group."""

import asyncio
import logging
from collections.abc import Iterable, Mapping
from typing import Self

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError

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
        self._consumer.assign(self._places)
        for place in self._places:
            self._consumer.seek(place, 0)
        self._consumer.pause(*self._places)
        return self

    async def __aexit__(self, *failure: object) -> None:
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
        try:
            await self._consumer.commit(dict(offsets))
        except KafkaError as error:
            log.warning("commit_failed", extra={"group": self._group, "why": str(error)})
            return False
        return True
