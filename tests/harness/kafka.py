"""A real broker for tests: one a session, fresh topics a test."""

import itertools
import socket
from collections.abc import AsyncIterator
from contextlib import ExitStack

import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from sasayaki_tools import broker

_numbers = itertools.count(1)


_address = pytest.StashKey[str]()


@pytest.fixture(scope="session")
def kafka(pytestconfig: pytest.Config, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The address of a broker of this test session's own, on free ports.

    Every folder's conftest may import this fixture; they all get the one broker.
    """
    if _address not in pytestconfig.stash:
        stack = ExitStack()
        running = broker.running(broker.bring(), tmp_path_factory.mktemp("kafka"))
        pytestconfig.stash[_address] = stack.enter_context(running)
        pytestconfig.add_cleanup(stack.close)
    return pytestconfig.stash[_address]


@pytest.fixture
def topic_prefix() -> str:
    """A prefix no other test has used: every test sees topics of its own."""
    return f"t{next(_numbers)}-"


def free_ports(number: int) -> list[int]:
    """Ports that nobody listens on."""
    with ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(number)]
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in sockets]


async def make_topic(address: str, topic: str, partitions: int = 1) -> str:
    admin = AIOKafkaAdminClient(bootstrap_servers=address)
    await admin.start()
    try:
        await admin.create_topics([NewTopic(topic, partitions, 1)])
    finally:
        await admin.close()
    return topic


async def records_of(address: str, topic: str, partition: int = 0) -> list[tuple[int, bytes]]:
    """All that a partition holds at the moment, void records too, with offsets."""
    return [found async for found in _records(address, TopicPartition(topic, partition))]


async def _records(address: str, where: TopicPartition) -> AsyncIterator[tuple[int, bytes]]:
    consumer = AIOKafkaConsumer(bootstrap_servers=address, auto_offset_reset="none")
    await consumer.start()
    try:
        consumer.assign([where])
        consumer.seek(where, 0)
        end = (await consumer.end_offsets([where]))[where]
        while await consumer.position(where) < end:
            for record in (await consumer.getmany(where, timeout_ms=500)).get(where, ()):
                yield record.offset, record.value
    finally:
        await consumer.stop()
