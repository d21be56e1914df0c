"""The platform's topics, read from their first offset as anybody may read them."""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient

TOPICS = (
    "media.call",
    "media.outbound",
    "media.phone",
    "media.prompt",
    "routing.pool",
    "callreason.client",
    "callreason.flow",
    "callreason.enquiry",
    "callreason.escalation",
    "callreason.handover",
    "callreason.knowledge",
    "callreason.message",
    "monitoring.alert",
    "monitoring.coaching",
    "monitoring.fairness",
    "monitoring.policy",
    "monitoring.supervision",
    "recording.policy",
    "recording.recording",
)
DEAD_LETTERS = tuple(
    f"{service}.dead-letters"
    for service in ("routing", "media", "monitoring", "recording", "callreason")
)


@dataclass(frozen=True)
class Written:
    """One record as it stands in its partition: CloudEvents JSON, parsed."""

    topic: str
    partition: int
    offset: int
    event: dict[str, Any]

    @property
    def is_history(self) -> bool:
        """Whether it counts: it landed where its writer meant it to."""
        return self.event.get("at") == self.offset and "data" in self.event and not self.is_claim

    @property
    def is_claim(self) -> bool:
        """Whether it is an owner's claim: a barrier, not history."""
        return str(self.event.get("type", "")).endswith("OwnershipClaimed")

    @property
    def name(self) -> str:
        """The event's name without its package."""
        return str(self.event["type"]).rpartition(".")[2]

    @property
    def data(self) -> dict[str, Any]:
        """What the event says."""
        found: dict[str, Any] = self.event["data"]
        return found


async def read_topics(bootstrap: str) -> list[Written]:
    """Returns every record of the topics and dead letters, by topic, partition and offset."""
    consumer = AIOKafkaConsumer(bootstrap_servers=bootstrap, auto_offset_reset="none")
    await consumer.start()
    try:
        partitions = await _partitions(bootstrap)
        consumer.assign(partitions)
        ends = await consumer.end_offsets(partitions)
        for partition, first in (await consumer.beginning_offsets(partitions)).items():
            consumer.seek(partition, first)
        records = []
        for partition in partitions:
            while await consumer.position(partition) < ends[partition]:
                for tp, batch in (await consumer.getmany(timeout_ms=200)).items():
                    records += [
                        Written(tp.topic, tp.partition, m.offset, json.loads(m.value))
                        for m in batch
                    ]
    finally:
        await consumer.stop()
    return sorted(records, key=lambda w: (w.topic, w.partition, w.offset))


async def _partitions(bootstrap: str) -> list[TopicPartition]:
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    try:
        described = await admin.describe_topics([*TOPICS, *DEAD_LETTERS])
    finally:
        await admin.close()
    return sorted(
        TopicPartition(topic["topic"], part["partition"])
        for topic in described
        for part in topic["partitions"]
    )


def by_stream(records: list[Written]) -> dict[tuple[str, str], list[Written]]:
    """Returns the history of each stream, by topic and stream id."""
    streams: dict[tuple[str, str], list[Written]] = defaultdict(list)
    for record in records:
        if record.is_history:
            streams[record.topic, str(record.event["subject"])].append(record)
    return dict(streams)
