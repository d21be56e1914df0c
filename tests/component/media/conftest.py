"""media on a real broker."""

from collections.abc import AsyncIterator

import pytest
from tests.component.media.desk import Desk, desk_of
from tests.harness.kafka import kafka as kafka
from tests.harness.kafka import topic_prefix as topic_prefix


@pytest.fixture
async def desk(kafka: str, topic_prefix: str) -> AsyncIterator[Desk]:
    async with desk_of(kafka, topic_prefix) as desk:
        yield desk
