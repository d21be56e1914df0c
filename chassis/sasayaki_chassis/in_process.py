"""Calls of a service to itself: through its own gate, but not through a socket and back.

Half of what reactors ask is asked of their own service. Token, rights, limits of time, refusals and
metrics are those of any call; request and answer are handed over as they are (docs/adr/0040).
"""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any, NoReturn, TypeAlias

import grpc
import grpc.aio
from google.protobuf.message import Message

from sasayaki_chassis.rpc import Gate

Metadata: TypeAlias = Sequence[tuple[str, str]]


class Aborted(grpc.aio.AbortError):
    """What gRPC would have answered instead of a message."""

    def __init__(self, code: grpc.StatusCode, details: str, trailing: Metadata) -> None:
        super().__init__(f"{code.name}: {details}")
        self._code, self._details, self._trailing = code, details, trailing

    def code(self) -> grpc.StatusCode:
        return self._code

    def details(self) -> str:
        return self._details

    def trailing_metadata(self) -> Metadata:
        return self._trailing


class Asked:
    """The context of one call, as far as methods and the gate use it."""

    def __init__(self, metadata: Metadata, limit_s: float) -> None:
        self._metadata = metadata
        self._until = asyncio.get_running_loop().time() + limit_s
        self._code: grpc.StatusCode | None = None

    def invocation_metadata(self) -> Metadata:
        return self._metadata

    def time_remaining(self) -> float:
        return max(0.0, self._until - asyncio.get_running_loop().time())

    def code(self) -> grpc.StatusCode | None:
        return self._code

    async def abort(
        self, code: grpc.StatusCode, details: str = "", trailing_metadata: Metadata = ()
    ) -> NoReturn:
        self._code = code
        raise Aborted(code, details, trailing_metadata)


class InProcess:
    """The unary methods of one service, called where they are; takes servicers as gRPC's server."""

    def __init__(self, gate: Gate) -> None:
        self._gate = gate
        self._methods: dict[str, Any] = {}

    def add_generic_rpc_handlers(self, handlers: Sequence[Any]) -> None:
        """The same methods as the registered ones, in a form that is not needed here."""

    def add_registered_method_handlers(self, service: str, handlers: Mapping[str, Any]) -> None:
        self._methods |= {f"/{service}/{name}": handler for name, handler in handlers.items()}

    async def call(
        self, method: str, request: Message, *, limit_s: float, metadata: Metadata
    ) -> Message:
        """The method's answer; raises Aborted where gRPC would have answered with a status."""
        guarded: Any = self._gate.guard(method, self._methods[method])
        # A task: what is bound to the call, its identity and trace, stays in a context of its own.
        serving = asyncio.create_task(guarded.unary_unary(request, Asked(metadata, limit_s)))
        try:
            async with asyncio.timeout(limit_s):
                answer: Message = await serving
        except TimeoutError as late:
            code = grpc.StatusCode.DEADLINE_EXCEEDED
            raise Aborted(code, "the call took too long", ()) from late
        return answer
