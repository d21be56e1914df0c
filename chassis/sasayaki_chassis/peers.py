"""Calls to other services: one channel each, and the way from a request message to its method."""

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeAlias

import grpc
import grpc.aio
from google.protobuf.descriptor import Descriptor
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass

from sasayaki_chassis.channels import OPTIONS, REASON_KEY
from sasayaki_chassis.identity import OwnToken
from sasayaki_chassis.in_process import Aborted, InProcess
from sasayaki_chassis.owner import Unavailable

Call: TypeAlias = grpc.aio.UnaryUnaryMultiCallable[Any, Any]

CALL_S = 5.0
"""Time limit of one outgoing call."""
AWAY = frozenset(
    (
        grpc.StatusCode.UNAVAILABLE,
        grpc.StatusCode.DEADLINE_EXCEEDED,
        grpc.StatusCode.RESOURCE_EXHAUSTED,
        grpc.StatusCode.ABORTED,
        grpc.StatusCode.CANCELLED,
        grpc.StatusCode.UNAUTHENTICATED,
    )
)
"""Answers that a later repeat may turn: the peer is away, full, or waits for our new token."""


class Rejected(Exception):
    """The peer answered and will answer the same again: `code` is gRPC's name for it.

    `reason` is the domain's, if the peer's domain refused; else empty.
    """

    def __init__(self, code: str, message: str, reason: str = "") -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Method:
    """An RPC that takes a request: whose it is, how gRPC names it, and what it answers."""

    peer: str
    path: str
    answer: type[Message]


@cache
def method_of(request: Descriptor) -> Method:
    """The RPC that takes this request; it stands in the same proto file."""
    for service in request.file.services_by_name.values():
        for method in service.methods:
            if method.input_type.full_name == request.full_name:
                path = f"/{service.full_name}/{method.name}"
                peer = service.full_name.split(".")[1]
                return Method(peer, path, GetMessageClass(method.output_type))
    raise LookupError(f"no method takes a {request.full_name}")


class Peers:
    """The other services by name: `sasayaki.media.v1.DialRequest` goes to the peer `media`."""

    def __init__(self, addresses: Mapping[str, str], token: OwnToken) -> None:
        self._addresses = addresses
        self._token = token
        self._channels: dict[str, grpc.aio.Channel] = {}
        self._calls: dict[str, Call] = {}
        self._own: tuple[str, InProcess] | None = None

    def call_in_process(self, own: str, methods: InProcess) -> None:
        """Calls to the peer of this name are the own service's: while it serves, they need no
        channel."""
        self._own = own, methods

    def channel(self, peer: str) -> grpc.aio.Channel:
        if peer not in self._channels:
            self._channels[peer] = grpc.aio.insecure_channel(self._addresses[peer], OPTIONS)
        return self._channels[peer]

    async def watch(self, request: Message) -> AsyncIterator[Message]:
        """What a stream tells, to its end; raises as `send` does."""
        method = method_of(request.DESCRIPTOR)
        call = self.channel(method.peer).unary_stream(
            method.path,
            request_serializer=type(request).SerializeToString,
            response_deserializer=method.answer.FromString,
        )
        try:
            async for told in call(request, metadata=self._metadata(None)):
                yield told
        except grpc.aio.AioRpcError as error:
            raise _failure(method, error) from error

    async def send(
        self, request: Message, *, request_id: str = "", traceparent: str | None = None
    ) -> Message:
        """The answer; `request_id` is filled in where the request has none.

        Raises Unavailable if a later repeat may succeed, Rejected if it cannot.
        """
        if request_id and not getattr(request, "request_id", request_id):
            request.request_id = request_id  # type: ignore[attr-defined]  # every command has it
        method = method_of(request.DESCRIPTOR)
        metadata = self._metadata(traceparent)
        if self._own and self._own[0] == method.peer:
            try:
                return await self._own[1].call(
                    method.path, request, limit_s=CALL_S, metadata=metadata
                )
            except Aborted as aborted:
                if aborted.code() != grpc.StatusCode.UNAVAILABLE:
                    raise _failure(method, aborted) from aborted
                # Another instance may own the stream: the peer's address leads to it.
        call = self._calls.get(method.path) or self._call(method, type(request))
        try:
            answer: Message = await call(request, timeout=CALL_S, metadata=metadata)
        except grpc.aio.AioRpcError as error:
            raise _failure(method, error) from error
        return answer

    def _call(self, method: Method, request: type[Message]) -> Call:
        """Made once for each method: it costs as much as a call."""
        made = self._calls[method.path] = self.channel(method.peer).unary_unary(
            method.path,
            request_serializer=request.SerializeToString,
            response_deserializer=method.answer.FromString,
        )
        return made

    def _metadata(self, traceparent: str | None) -> tuple[tuple[str, str], ...]:
        bearer = ("authorization", f"Bearer {self._token.text()}")
        return (bearer, ("traceparent", traceparent)) if traceparent else (bearer,)

    async def close(self) -> None:
        async with asyncio.TaskGroup() as closing:
            for channel in self._channels.values():
                closing.create_task(channel.close())


def _failure(method: Method, status: grpc.aio.AioRpcError | Aborted) -> Unavailable | Rejected:
    """What a status other than OK means to whoever asked."""
    code, details = status.code(), status.details() or ""
    if code in AWAY:
        return Unavailable(f"{method.path}: {code.name}: {details}")
    trailing: Iterable[Any] = status.trailing_metadata() or ()
    return Rejected(code.name, details, str(dict(trailing).get(REASON_KEY, "")))
