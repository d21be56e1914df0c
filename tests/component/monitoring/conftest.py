"""Monitoring on a real broker, between a media peer and calls that the test tells."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tests.component.monitoring.gallery import Gallery
from tests.harness.kafka import kafka as kafka
from tests.harness.kafka import topic_prefix as topic_prefix
from tests.harness.media_peer import media_peer
from tests.harness.telling import telling


@pytest.fixture
async def gallery(kafka: str, topic_prefix: str, tmp_path: Path) -> AsyncIterator[Gallery]:
    """Everything around monitoring; monitoring itself is started by the test."""
    async with (
        media_peer() as media,
        telling(kafka, topic_prefix, "media.call", 12) as calls,
        telling(kafka, topic_prefix, "routing.pool", 6) as pool,
        telling(kafka, topic_prefix, "callreason.enquiry", 12) as enquiries,
        telling(kafka, topic_prefix, "media.phone", 6) as phones,
    ):
        gallery = Gallery(kafka, topic_prefix, tmp_path, media, calls, pool, enquiries, phones)
        yield gallery
        await gallery.close()
