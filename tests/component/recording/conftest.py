"""recording as a process on a real broker."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tests.component.recording.archive import Archive, archive_in
from tests.harness.kafka import kafka as kafka
from tests.harness.kafka import topic_prefix as topic_prefix


@pytest.fixture
async def archive(kafka: str, topic_prefix: str, tmp_path: Path) -> AsyncIterator[Archive]:
    async with archive_in(kafka, topic_prefix, tmp_path) as archive:
        yield archive
