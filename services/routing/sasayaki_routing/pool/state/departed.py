"""Contacts whose call is over, remembered for a while so that none of them is queued afterwards.

A plain mapping would be copied whole with every call that ends. The memory is cut into chunks
instead: only the newest, small one is ever copied, and the oldest are dropped whole.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

CHUNK_MOST = 256
CHUNKS_MOST = 64
"""16,384 contacts: four and a half hours of one call a second."""
KEPT = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Departed:
    """Ids of contacts and when each left, in chunks, the oldest first."""

    chunks: tuple[Mapping[str, datetime], ...] = ()

    def __contains__(self, contact_id: object) -> bool:
        return any(contact_id in chunk for chunk in reversed(self.chunks))

    def __len__(self) -> int:
        return sum(len(chunk) for chunk in self.chunks)

    def plus(self, contact_id: str, left_at: datetime) -> "Departed":
        """With one more; forgets chunks over the limit and those that were over `KEPT` ago."""
        chunks = self.chunks
        if chunks and len(chunks[-1]) < CHUNK_MOST:
            chunks = (*chunks[:-1], {**chunks[-1], contact_id: left_at})
        else:
            chunks = (*chunks, {contact_id: left_at})
        while len(chunks) > CHUNKS_MOST or left_at - max(chunks[0].values()) > KEPT:
            chunks = chunks[1:]
        return Departed(chunks)
