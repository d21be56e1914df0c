"""Somebody with a token who calls RPCs; every act goes into the ledger."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import AsyncIterator, Callable
from typing import Any
from uuid import uuid4

import grpc

from sasayaki.monitoring.v1 import ledger_pb2 as ledger_pb
from sasayaki_demo.ledger import Ledger
from sasayaki_demo.people.platform import Platform

RPC_S = 10.0
RETRY_S = 0.2
RETRIES_MAX = 50


class Person:
    """Somebody with a token; every act is written into the ledger when it was answered."""

    def __init__(self, user_id: str, platform: Platform, ledger: Ledger) -> None:
        self.user_id = user_id
        self._platform = platform
        self._ledger = ledger
        self._metadata = (("authorization", f"Bearer {platform.endpoints.tokens[user_id]}"),)

    async def _act(self, method: Any, request: Any, **noted: Any) -> Any:
        """Calls an RPC, again while the service is away: its request id makes that safe.

        The act bears the RPC's name, in the ledger's spelling: `start_supervision`.
        """
        request.request_id = str(uuid4())
        rpc = type(request).__name__.removesuffix("Request")
        act = re.sub(r"(?<!^)(?=[A-Z])", "_", rpc).lower()
        begun = time.time_ns()
        for attempt in range(RETRIES_MAX):
            try:
                answer = await method(request, metadata=self._metadata, timeout=RPC_S)
                break
            except grpc.aio.AioRpcError as error:
                away = error.code() in (
                    grpc.StatusCode.UNAVAILABLE,
                    grpc.StatusCode.DEADLINE_EXCEEDED,
                )
                if not away or attempt == RETRIES_MAX - 1:
                    raise
            await asyncio.sleep(RETRY_S)
        await self._ledger.add({"act": act, "user": self.user_id, "begun_ns": begun, **noted})
        return answer

    async def _watch(self, opened: Callable[[], Any]) -> AsyncIterator[Any]:
        """Yields what a stream tells, from its beginning again after a restart of the service."""
        while True:
            try:
                async for seen in opened():
                    yield seen
            except grpc.aio.AioRpcError as error:
                if error.code() != grpc.StatusCode.UNAVAILABLE:
                    raise
            await asyncio.sleep(RETRY_S)

    async def heard_by(self, operator_id: str = "") -> list[ledger_pb.LedgerEntry]:
        """Returns who heard an operator, or oneself, newest first; not an act."""
        answer = await self._platform.monitoring.GetLedger(
            ledger_pb.GetLedgerRequest(operator_id=operator_id),
            metadata=self._metadata,
            timeout=RPC_S,
        )
        return list(answer.entries)
