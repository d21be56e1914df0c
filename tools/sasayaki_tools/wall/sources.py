"""The two streams that the wall shows, each read by a thread that connects again for ever."""

import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import grpc

from sasayaki.media.v1 import media_service_pb2 as media
from sasayaki.media.v1.media_service_pb2_grpc import MediaServiceStub
from sasayaki.monitoring.v1 import monitoring_service_pb2 as monitoring
from sasayaki.monitoring.v1.monitoring_service_pb2_grpc import MonitoringServiceStub
from sasayaki_tools.wall.board import FLOOR, LEVELS, Away, Board

AGAIN_AFTER_S = 1.0
OPTIONS = (
    ("grpc.initial_reconnect_backoff_ms", 100),
    ("grpc.max_reconnect_backoff_ms", 1_000),
    # A machine that is gone without a word is noticed too.
    ("grpc.keepalive_time_ms", 10_000),
    ("grpc.keepalive_timeout_ms", 3_000),
)
WHY_MOST = 80


def now() -> datetime:
    return datetime.now(UTC)


class Sources:
    """A board that is kept current until `close`; look at it under `lock`.

    `find` says where the platform is now, each time that a stream begins: it may have moved.
    """

    def __init__(self, find: Callable[[str], tuple[str, str] | None]) -> None:
        self.board = Board()
        self.lock = threading.Lock()
        self._find = find
        self._closed = threading.Event()
        self._begun = {FLOOR: threading.Event(), LEVELS: threading.Event()}
        self._calls: dict[str, Any] = {}
        self._threads = [
            threading.Thread(target=self._keep, args=(FLOOR, self._floor), daemon=True),
            threading.Thread(target=self._keep, args=(LEVELS, self._levels), daemon=True),
        ]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def wait(self, service: str, within_s: float) -> bool:
        """Whether the service has told something in time."""
        return self._begun[service].wait(within_s)

    def close(self) -> None:
        self._closed.set()
        for call in tuple(self._calls.values()):
            call.cancel()
        for thread in self._threads:
            thread.join(AGAIN_AFTER_S)

    def _keep(self, service: str, follow: Callable[[grpc.Channel, Any], Iterator[None]]) -> None:
        while not self._closed.is_set():
            why = self._follow(service, follow)
            with self.lock:
                since = self.board.away.get(service, Away(now(), "")).since
                self.board.away[service] = Away(since, why[:WHY_MOST])
            self._closed.wait(AGAIN_AFTER_S)

    def _follow(self, service: str, follow: Callable[[grpc.Channel, Any], Iterator[None]]) -> str:
        """Reads until the stream ends; why it did."""
        found = self._find(service)
        if found is None:
            return "the platform is not up"
        address, token = found
        metadata = (("authorization", f"Bearer {token}"),)
        with grpc.insecure_channel(address, OPTIONS) as channel:
            try:
                for _ in follow(channel, metadata):
                    self._begun[service].set()
            except grpc.RpcError as error:
                return f"{error.code().name}: {error.details()}"
        return "the stream ended"

    def _floor(self, channel: grpc.Channel, metadata: Any) -> Iterator[None]:
        call = MonitoringServiceStub(channel).WatchFloor(
            monitoring.WatchFloorRequest(), metadata=metadata
        )
        self._calls[FLOOR] = call
        take = self.board.begin
        for message in call:
            with self.lock:
                take(message.rows)
                self.board.away.pop(FLOOR, None)
            take = self.board.change
            yield

    def _levels(self, channel: grpc.Channel, metadata: Any) -> Iterator[None]:
        call = MediaServiceStub(channel).WatchLevels(media.WatchLevelsRequest(), metadata=metadata)
        self._calls[LEVELS] = call
        for message in call:
            with self.lock:
                self.board.hear(message, now())
                self.board.away.pop(LEVELS, None)
            yield
