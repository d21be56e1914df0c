"""Calls to other services: one channel each, and the way from a request message to its method."""

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping
from functools import cache
from typing import Any, TypeAlias

import grpc
import grpc.aio
from google.protobuf.descriptor import Descriptor, MethodDescriptor
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass

from sasayaki_chassis.channels import OPTIONS as OPTIONS
from sasayaki_chassis.channels import REASON_KEY
from sasayaki_chassis.identity import OwnToken
from sasayaki_chassis.owner import Unavailable
from sasayaki_chassis.within import Aborted, Metadata, Within

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


@cache
def method_of(request: Descriptor) -> MethodDescriptor:
    """The RPC that takes this request; it stands in the same proto file."""
    for service in request.file.services_by_name.values():
        for method in service.methods:
            if method.input_type.full_name == request.full_name:
                return method
    raise LookupError(f"no method takes a {request.full_name}")


class Peers:
    """The other services by name: `sasayaki.media.v1.DialRequest` goes to the peer `media`."""

    def __init__(self, addresses: Mapping[str, str], token: OwnToken) -> None:
        self._addresses = addresses
        self._token = token
        self._channels: dict[str, grpc.aio.Channel] = {}
        self._calls: dict[MethodDescriptor, Call] = {}
        self._within: tuple[str, Within] | None = None

    def stay_within(self, name: str, within: Within) -> None:
        """Calls to the peer of this name are the own service's: while it serves, no channel is
        needed."""
        self._within = name, within

    def channel(self, peer: str) -> grpc.aio.Channel:
        if peer not in self._channels:
            self._channels[peer] = grpc.aio.insecure_channel(self._addresses[peer], OPTIONS)
        return self._channels[peer]

    def _call(self, method: MethodDescriptor, request: type[Message]) -> Call:
        """Made once for each method: it costs as much as a call."""
        made = self._calls[method] = self.channel(_peer_of(method)).unary_unary(
            f"/{method.containing_service.full_name}/{method.name}",
            request_serializer=request.SerializeToString,
            response_deserializer=GetMessageClass(method.output_type).FromString,
        )
        return made

    async def watch(self, request: Message) -> AsyncIterator[Message]:
        """What a stream tells, to its end; raises as `send` does."""
        method = method_of(request.DESCRIPTOR)
        call = self.channel(_peer_of(method)).unary_stream(
            f"/{method.containing_service.full_name}/{method.name}",
            request_serializer=type(request).SerializeToString,
            response_deserializer=GetMessageClass(method.output_type).FromString,
        )
        try:
            async for told in call(request, metadata=self._metadata(None)):
                yield told
        except grpc.aio.AioRpcError as error:
            trailing = error.trailing_metadata() or ()
            raise _failed(method, error.code(), error.details() or "", trailing) from error

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
        if self._within and self._within[0] == _peer_of(method):
            try:
                return await self._ask_within(self._within[1], method, request, metadata)
            except Aborted as aborted:
                if aborted.code != grpc.StatusCode.UNAVAILABLE:
                    failed = _failed(method, aborted.code, aborted.details, aborted.trailing)
                    raise failed from aborted
                # Another instance may own the stream: the peer's address leads to it.
        call = self._calls.get(method) or self._call(method, type(request))
        try:
            answer: Message = await call(request, timeout=CALL_S, metadata=metadata)
        except grpc.aio.AioRpcError as error:
            trailing = error.trailing_metadata() or ()
            raise _failed(method, error.code(), error.details() or "", trailing) from error
        return answer

    async def _ask_within(
        self, within: Within, method: MethodDescriptor, request: Message, metadata: Metadata
    ) -> Message:
        name = f"/{method.containing_service.full_name}/{method.name}"
        return await within.call(name, request, limit_s=CALL_S, metadata=metadata)

    def _metadata(self, traceparent: str | None) -> tuple[tuple[str, str], ...]:
        bearer = ("authorization", f"Bearer {self._token.text()}")
        return (bearer, ("traceparent", traceparent)) if traceparent else (bearer,)

    async def close(self) -> None:
        async with asyncio.TaskGroup() as closing:
            for channel in self._channels.values():
                closing.create_task(channel.close())


def _peer_of(method: MethodDescriptor) -> str:
    return method.full_name.split(".")[1]


def _failed(
    method: MethodDescriptor, code: grpc.StatusCode, details: str, trailing: Iterable[Any]
) -> Unavailable | Rejected:
    """What a status other than OK means to whoever asked."""
    if code in AWAY:
        return Unavailable(f"{method.full_name}: {code.name}: {details}")
    return Rejected(code.name, details, str(dict(trailing).get(REASON_KEY, "")))
