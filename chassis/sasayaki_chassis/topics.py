"""Topics: made by the service that owns them, waited for by those who follow them."""

import asyncio
from collections.abc import Iterable, Mapping

from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import KafkaError

ALREADY_THERE = 36  # Kafka's TOPIC_ALREADY_EXISTS
AGAIN_AFTER_S = 0.1
CONFIGURATION = {"cleanup.policy": "delete", "retention.ms": "-1", "retention.bytes": "-1"}
"""Owned topics keep everything: the history is the state."""


class WrongPartitions(Exception):
    """A topic has another number of partitions than its keys were spread over."""


async def ensure(
    bootstrap: str, own: Mapping[str, int], followed: Iterable[str]
) -> Mapping[str, int]:
    """Makes the `own` topics (name to partitions); answers all topics' partitions once all exist.

    Waits for the broker, and for the followed topics, for as long as it takes.
    """
    admin = await _connected(bootstrap)
    try:
        made = [
            # -1: as many replicas as the cluster has by default; aiokafka takes it only with `{}`.
            NewTopic(name, partitions, -1, {}, CONFIGURATION)
            for name, partitions in own.items()
        ]
        answer = await admin.create_topics(made) if made else None
        for name, code, *details in answer.topic_errors if answer else ():
            if code not in (0, ALREADY_THERE):
                raise KafkaError(f"cannot make topic {name!r}: {details}")
        there = await _all_there(admin, {*own, *followed})
    finally:
        await admin.close()
    for name, partitions in own.items():
        if there[name] != partitions:
            raise WrongPartitions(f"{name!r} has {there[name]} partitions, not {partitions}")
    return there


async def _connected(bootstrap: str) -> AIOKafkaAdminClient:
    while True:
        admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
        try:
            await admin.start()
        except KafkaError:
            await admin.close()
            await asyncio.sleep(AGAIN_AFTER_S)
        else:
            return admin


async def _all_there(admin: AIOKafkaAdminClient, wanted: set[str]) -> dict[str, int]:
    while True:
        described = await admin.describe_topics(sorted(wanted))
        there = {
            topic["topic"]: len(topic["partitions"])
            for topic in described
            if topic["error_code"] == 0 and all(part["leader"] >= 0 for part in topic["partitions"])
        }
        if wanted <= there.keys():
            return there
        await asyncio.sleep(AGAIN_AFTER_S)
