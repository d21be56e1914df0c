"""Routing on a real broker, between a media peer and streams that the test tells."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tests.component.routing.centre import Centre
from tests.harness.kafka import kafka as kafka
from tests.harness.kafka import topic_prefix as topic_prefix
from tests.harness.media_peer import media_peer
from tests.harness.telling import telling


@pytest.fixture
async def centre(kafka: str, topic_prefix: str, tmp_path: Path) -> AsyncIterator[Centre]:
    """Everything around routing; routing itself is started by the test."""
    async with (
        media_peer() as media,
        telling(kafka, topic_prefix, "media.call", 12) as calls,
        telling(kafka, topic_prefix, "callreason.enquiry", 12) as enquiries,
        telling(kafka, topic_prefix, "media.outbound", 6),
        telling(kafka, topic_prefix, "callreason.client", 6) as clients,
    ):
        centre = Centre(kafka, topic_prefix, tmp_path, media, calls, enquiries, clients)
        yield centre
        await centre.close()
