"""Topics: made by the service that owns them, waited for by those who follow them."""

import asyncio
from collections.abc import Iterable, Mapping

from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import KafkaError

ALREADY_THERE = 36  # Kafka's TOPIC_ALREADY_EXISTS
NOT_YET = frozenset((7, 38, 41))
"""Kafka's REQUEST_TIMED_OUT, INVALID_REPLICATION_FACTOR (no broker serves yet), NOT_CONTROLLER."""
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
        while made and (refused := await _refused(admin, made)):
            await asyncio.sleep(AGAIN_AFTER_S)
            made = [topic for topic in made if topic.name in refused]
        there = await _all_there(admin, {*own, *followed})
    finally:
        await admin.close()
    for name, partitions in own.items():
        if there[name] != partitions:
            raise WrongPartitions(f"{name!r} has {there[name]} partitions, not {partitions}")
    return there


async def _refused(admin: AIOKafkaAdminClient, made: list[NewTopic]) -> set[str]:
    """Makes the topics; returns those that the broker may make a little later."""
    later: set[str] = set()
    for name, code, *details in (await admin.create_topics(made)).topic_errors:
        if code in NOT_YET:
            later.add(name)
        elif code not in (0, ALREADY_THERE):
            raise KafkaError(f"cannot make topic {name!r}: {details}")
    return later


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
