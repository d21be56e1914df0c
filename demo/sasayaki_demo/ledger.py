"""What the phones and the people of a demo did and were told, in their own words.

The ledger is written outside of the platform and is one side of the judge's comparison.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

Entry = dict[str, Any]


class Ledger:
    """Entries in the order in which they were learnt; each is also a line of JSON in a file."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = path.open("w", encoding="utf-8", buffering=1)
        self.entries: list[Entry] = []
        self._news = asyncio.Condition()

    async def add(self, entry: Entry) -> None:
        """Writes an entry down and wakes those who wait for it."""
        entry.setdefault("at_ns", time.time_ns())
        self.entries.append(entry)
        self._file.write(json.dumps(entry, ensure_ascii=False) + "\n")
        async with self._news:
            self._news.notify_all()

    async def wait(
        self, wanted: Callable[[Entry], bool], *, within_s: float, since: int = 0
    ) -> Entry:
        """Returns the first entry from position `since` on that is wanted.

        Raises TimeoutError when none came in time.
        """
        seen = since
        async with asyncio.timeout(within_s), self._news:
            while True:
                for entry in self.entries[seen:]:
                    if wanted(entry):
                        return entry
                seen = len(self.entries)
                await self._news.wait()

    def close(self) -> None:
        """Closes the file."""
        self._file.close()
