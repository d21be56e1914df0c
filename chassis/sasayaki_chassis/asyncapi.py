"""What a service tells and hears as an AsyncAPI document: FastStream describes, it runs nothing.

What is ordered or remembered (owners, reactors, views) can't be its subscriber: it swallows failed
commits and cannot rebuild memory (docs/adr/0012). Importing it takes a while, so this module is
imported only where it is used.
"""

from collections.abc import Iterable, Mapping
from importlib import import_module
from typing import Any

from faststream.kafka import KafkaBroker
from faststream.specification import AsyncAPI


def record_type(topic: str) -> Any:
    """The generated union of a stream's records: `media.call` has `CallRecord`."""
    service, stream = topic.split(".")
    module = import_module(f"sasayaki.{service}.v1.{stream}_events")
    return getattr(module, f"{stream.title().replace('_', '')}Record")


def document(service: str, tells: Iterable[str], hears: Mapping[str, Iterable[str]]) -> str:
    """The AsyncAPI document, as JSON, of the topics a service writes and those each group reads."""
    described = KafkaBroker()
    for topic in tells:
        described.publisher(topic, title=topic, schema=record_type(topic))
    for group, topics in hears.items():
        for topic in topics:
            _describe_reader(described, group, topic)
    described_as = AsyncAPI(described, title=f"sasayaki {service}", version="1")
    return described_as.to_specification().to_json()


def _describe_reader(described: KafkaBroker, group: str, topic: str) -> None:
    async def read(record: Any) -> None:
        """Stands for a follower in the document."""

    read.__annotations__["record"] = record_type(topic)
    described.subscriber(topic, group_id=group, title=f"{group} reads {topic}")(read)
