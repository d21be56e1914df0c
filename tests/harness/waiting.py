"""Waiting for a condition, with a limit; never for a time."""

import asyncio
from collections.abc import Callable

WITHIN_S = 20.0
LOOK_S = 0.005


async def until(holds: Callable[[], bool], within_s: float = WITHIN_S) -> None:
    """Returns as soon as `holds`; raises TimeoutError if it does not in time."""
    async with asyncio.timeout(within_s):
        while not holds():
            await asyncio.sleep(LOOK_S)
