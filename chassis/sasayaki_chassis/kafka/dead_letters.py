"""What a reactor gave up: kept in a topic, with where it came from and why."""

import asyncio
import json
import logging
from collections.abc import Mapping
from typing import Any, Self

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError
from prometheus_client import Counter

from sasayaki_chassis.kafka.log import BATCH_BYTES_MOST, partition_of

PARTITIONS = 6
AGAIN_AFTER_S = 0.5
"""Before what Kafka refused is tried again."""

DEAD = Counter("sasayaki_chassis_dead_letters_total", "Given up and kept.", ("follower", "reason"))

log = logging.getLogger(__name__)


def topic_of(service: str) -> str:
    return f"{service}.dead-letters"


def written(letter: Mapping[str, Any]) -> bytes:
    """The letter as JSON; without its `body` where no record could hold it."""
    whole = json.dumps(letter).encode()
    return (
        whole if len(whole) <= BATCH_BYTES_MOST else json.dumps({**letter, "body": None}).encode()
    )


class DeadLetters:
    """The letters of one service; `topic` with the prefix of its name."""

    def __init__(self, bootstrap: str, topic: str) -> None:
        self._topic = topic
        self._producer = AIOKafkaProducer(bootstrap_servers=bootstrap, acks="all")

    async def __aenter__(self) -> Self:
        await self._producer.start()
        return self

    async def __aexit__(self, *failure: object) -> None:
        await self._producer.stop()

    async def keep(self, follower: str, key: str, reason: str, letter: Mapping[str, Any]) -> None:
        """Writes the letter; tries until Kafka has it."""
        DEAD.labels(follower, reason).inc()
        told = {name: value for name, value in letter.items() if name != "body"}
        log.warning("dead_letter", extra={"follower": follower, "reason": reason, **told})
        value = written({"follower": follower, "reason": reason, **letter})
        partition = partition_of(key, PARTITIONS)
        while True:
            try:
                await self._producer.send_and_wait(
                    self._topic, value, key=key.encode(), partition=partition
                )
            except KafkaError:
                await asyncio.sleep(AGAIN_AFTER_S)
            else:
                return
