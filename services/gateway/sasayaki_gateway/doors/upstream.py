"""Calls to the services with a person's token. The only module here that speaks gRPC."""

from collections.abc import AsyncIterator, Mapping
from importlib import import_module

import grpc
import grpc.aio
from google.protobuf.descriptor import MethodDescriptor, ServiceDescriptor
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass

from sasayaki_chassis.channels import OPTIONS, REASON_KEY
from sasayaki_gateway.contract.methods import OpenMethod
from sasayaki_gateway.faults import Fault

CALL_S = 10.0
"""Time limit of one call."""
MESSAGE_BYTES_MOST = 16 * 1024 * 1024
"""The whole floor of a large centre in one message."""

FILES: Mapping[str, str] = {
    "RoutingService": "sasayaki.routing.v1.routing_service_pb2",
    "MediaService": "sasayaki.media.v1.media_service_pb2",
    "MonitoringService": "sasayaki.monitoring.v1.monitoring_service_pb2",
    "RecordingService": "sasayaki.recording.v1.recording_service_pb2",
    "CallreasonService": "sasayaki.callreason.v1.callreason_service_pb2",
    "KnowledgeService": "sasayaki.callreason.v1.knowledge_service_pb2",
    "CaseService": "sasayaki.callreason.v1.case_service_pb2",
}
"""Where each service is declared."""


def described(method: OpenMethod) -> MethodDescriptor:
    """The declaration of an RPC."""
    file = import_module(FILES[method.service]).DESCRIPTOR
    service: ServiceDescriptor = file.services_by_name[method.service]
    return service.methods_by_name[method.name]


class Upstream:
    """The services, a channel each."""

    def __init__(self, addresses: Mapping[str, str]) -> None:
        options = (*OPTIONS, ("grpc.max_receive_message_length", MESSAGE_BYTES_MOST))
        self._channels = {
            peer: grpc.aio.insecure_channel(address, options) for peer, address in addresses.items()
        }

    async def call(self, method: MethodDescriptor, request: Message, token: str) -> Message:
        """The answer; raises Fault."""
        call = self._channel(method).unary_unary(
            _path(method),
            request_serializer=type(request).SerializeToString,
            response_deserializer=GetMessageClass(method.output_type).FromString,
        )
        try:
            answer: Message = await call(request, timeout=CALL_S, metadata=_bearer(token))
        except grpc.aio.AioRpcError as error:
            raise _fault(error) from None
        return answer

    async def stream(
        self, method: MethodDescriptor, request: Message, token: str
    ) -> AsyncIterator[Message]:
        """The answers as they come; raises Fault when it does not end well."""
        call = self._channel(method).unary_stream(
            _path(method),
            request_serializer=type(request).SerializeToString,
            response_deserializer=GetMessageClass(method.output_type).FromString,
        )(request, metadata=_bearer(token))
        try:
            async for message in call:
                yield message
        except grpc.aio.AioRpcError as error:
            raise _fault(error) from None
        finally:
            call.cancel()

    async def close(self) -> None:
        for channel in self._channels.values():
            await channel.close()

    def _channel(self, method: MethodDescriptor) -> grpc.aio.Channel:
        return self._channels[method.full_name.split(".")[1]]


def _path(method: MethodDescriptor) -> str:
    return f"/{method.containing_service.full_name}/{method.name}"


def _bearer(token: str) -> tuple[tuple[str, str], ...]:
    return (("authorization", f"Bearer {token}"),)


def _fault(error: grpc.aio.AioRpcError) -> Fault:
    """A token of ours that a service does not take is our fault, not a session that is over."""
    code = error.code().name
    trailing = dict(error.trailing_metadata() or ())
    reason = str(trailing.get(REASON_KEY, ""))
    status = 502 if code == "UNAUTHENTICATED" else None
    return Fault(code, error.details() or code.lower(), reason, status)
