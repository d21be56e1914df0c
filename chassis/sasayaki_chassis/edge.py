"""FastStream's part: subscribers that keep no state, and the AsyncAPI of what a service tells.

What is ordered or remembered (owners, reactors, projections) is not here: FastStream swallows
failed commits and cannot rebuild memory (docs/adr/0012). Importing it takes a while, so this
module is imported only where it is used.
"""

from collections.abc import Callable, Iterable, Mapping
from importlib import import_module
from typing import Any

from faststream import BaseMiddleware
from faststream.exceptions import IgnoredException
from faststream.kafka import KafkaBroker
from faststream.message import StreamMessage
from faststream.specification import AsyncAPI

from sasayaki_chassis import codec


class _Void(IgnoredException):
    """The record is no history; nothing is wrong with it."""


class HistoryOnly(BaseMiddleware[Any, Any]):
    """Lets only records through that count, before they are decoded into events."""

    async def consume_scope(self, call_next: Callable[[Any], Any], msg: StreamMessage[Any]) -> Any:
        raw = msg.raw_message
        if codec.history(raw.offset, raw.value, raw.topic) is None:
            return None
        return await call_next(msg)


def broker(bootstrap: str) -> KafkaBroker:
    """A FastStream broker whose subscribers see history only; topics are given with prefix."""
    return KafkaBroker(bootstrap, middlewares=(HistoryOnly,))


def record_type(topic: str) -> Any:
    """The generated union of a stream's records: `media.call` has `CallRecord`."""
    service, stream = topic.split(".")
    module = import_module(f"sasayaki.{service}.v1.{stream}_events")
    return getattr(module, f"{stream.title().replace('_', '')}Record")


def asyncapi(service: str, tells: Iterable[str], hears: Mapping[str, Iterable[str]]) -> str:
    """The AsyncAPI document, as JSON, of the topics a service writes and those each group reads."""
    described = KafkaBroker()
    for topic in tells:
        described.publisher(topic, title=topic, schema=record_type(topic))
    for group, topics in hears.items():
        for topic in topics:
            _describe_reader(described, group, topic)
    document = AsyncAPI(described, title=f"sasayaki {service}", version="1").to_specification()
    return document.to_json()


def _describe_reader(described: KafkaBroker, group: str, topic: str) -> None:
    async def read(record: Any) -> None:
        """Stands for a follower in the document."""

    read.__annotations__["record"] = record_type(topic)
    described.subscriber(topic, group_id=group, title=f"{group} reads {topic}")(read)
