"""callreason on a real broker, beside a stand-in for the services around it."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tests.component.callreason.centre import Centre, running_centre
from tests.harness.kafka import kafka as kafka
from tests.harness.kafka import topic_prefix as topic_prefix


@pytest.fixture
async def centre(kafka: str, topic_prefix: str, tmp_path: Path) -> AsyncIterator[Centre]:
    async with running_centre(kafka, topic_prefix, tmp_path) as centre:
        yield centre
