"""The five services, as people and programs of the demo reach them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import grpc

from sasayaki.callreason.v1.callreason_service_pb2_grpc import CallreasonServiceStub
from sasayaki.media.v1.media_service_pb2_grpc import MediaServiceStub
from sasayaki.monitoring.v1.monitoring_service_pb2_grpc import MonitoringServiceStub
from sasayaki.recording.v1.recording_service_pb2_grpc import RecordingServiceStub
from sasayaki.routing.v1.routing_service_pb2_grpc import RoutingServiceStub
from sasayaki_demo.endpoints import Endpoints


class Platform:
    """Channels to the five services."""

    def __init__(self, endpoints: Endpoints, channels: dict[str, grpc.aio.Channel]) -> None:
        self.endpoints = endpoints
        self.routing: Any = RoutingServiceStub(channels["routing"])
        self.callreason: Any = CallreasonServiceStub(channels["callreason"])
        self.monitoring: Any = MonitoringServiceStub(channels["monitoring"])
        self.media: Any = MediaServiceStub(channels["media"])
        self.recording: Any = RecordingServiceStub(channels["recording"])


@asynccontextmanager
async def connected(endpoints: Endpoints) -> AsyncIterator[Platform]:
    """Opens the channels and closes them."""
    options = [
        ("grpc.initial_reconnect_backoff_ms", 50),
        ("grpc.min_reconnect_backoff_ms", 50),
        ("grpc.max_reconnect_backoff_ms", 200),
    ]
    channels = {
        service: grpc.aio.insecure_channel(address, options=options)
        for service, address in endpoints.grpc.items()
    }
    try:
        yield Platform(endpoints, channels)
    finally:
        for channel in channels.values():
            await channel.close()
