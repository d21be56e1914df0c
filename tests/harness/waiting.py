"""Waiting for a condition, with a limit; never for a time."""

import asyncio
from collections.abc import Callable
from typing import Any

import grpc

WITHIN_S = 20.0
LOOK_S = 0.005


async def until(holds: Callable[[], bool], within_s: float = WITHIN_S) -> None:
    """Returns as soon as `holds`; raises TimeoutError if it does not in time."""
    async with asyncio.timeout(within_s):
        while not holds():
            await asyncio.sleep(LOOK_S)


async def answered(call: Any, request: Any, metadata: Any, holds: Callable[[Any], bool]) -> Any:
    """The answer of an RPC as soon as it `holds`; a view that is behind is asked again."""
    async with asyncio.timeout(WITHIN_S):
        while True:
            asked = call(request, metadata=metadata)
            if await asked.code() is grpc.StatusCode.OK and holds(found := await asked):
                return found
            await asyncio.sleep(LOOK_S)
