"""Stands where media stands: a gRPC server that keeps what it is asked, in order."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TypeVar

import grpc.aio
from google.protobuf.message import Message

from sasayaki.media.v1 import media_service_pb2 as pb
from sasayaki.media.v1 import media_service_pb2_grpc as stubs
from sasayaki.media.v1 import phone_reach_pb2 as reach

M = TypeVar("M", bound=Message)


@dataclass(frozen=True)
class Asked:
    """A request and when it came, `time.perf_counter()` seconds."""

    request: Message
    at_s: float


class MediaPeer(stubs.MediaServiceServicer):
    """Grants whatever is asked; a repeat of a request id is heard once."""

    def __init__(self) -> None:
        self.asked: list[Asked] = []
        self.address = ""
        self._changed = asyncio.Event()
        self._seen: set[str] = set()
        self._reach: dict[str, reach.PhoneReach.ValueType] = {}
        self._reach_changed = asyncio.Condition()

    def all(self, kind: type[M]) -> list[M]:
        """What was asked of one kind, oldest first, without request ids."""
        return [_bare(asked.request) for asked in self.asked if isinstance(asked.request, kind)]

    async def heard(self, *wanted: Message, within_s: float = 30.0) -> Asked:
        """Returns when every one of these has been asked; the last one's arrival."""
        async with asyncio.timeout(within_s):
            while True:
                self._changed.clear()
                found = [self._find(message) for message in wanted]
                if all(found):
                    last = found[-1]
                    assert last is not None
                    return last
                await self._changed.wait()

    async def reached(self, user_id: str, how: "reach.PhoneReach.ValueType") -> None:
        """By what somebody can be reached from here on."""
        async with self._reach_changed:
            self._reach[user_id] = how
            self._reach_changed.notify_all()

    async def WatchPhones(
        self, request: pb.WatchPhonesRequest, context: object
    ) -> AsyncIterator[pb.WatchPhonesResponse]:
        shown: dict[str, reach.PhoneReach.ValueType] | None = None
        while True:
            async with self._reach_changed:
                while self._reach == shown:
                    await self._reach_changed.wait()
                shown = dict(self._reach)
            people = [pb.PersonReach(user_id=user, reach=how) for user, how in shown.items()]
            yield pb.WatchPhonesResponse(tenant_id="out_test", people=people)

    def _find(self, wanted: Message) -> Asked | None:
        return next((asked for asked in self.asked if _bare(asked.request) == wanted), None)

    def _hear(self, request: Message, request_id: str) -> None:
        if request_id not in self._seen:
            self._seen.add(request_id)
            self.asked.append(Asked(request, time.perf_counter()))
            self._changed.set()

    async def Answer(self, request: pb.AnswerRequest, context: object) -> pb.AnswerResponse:
        self._hear(request, request.request_id)
        return pb.AnswerResponse()

    async def PlayPrompt(
        self, request: pb.PlayPromptRequest, context: object
    ) -> pb.PlayPromptResponse:
        self._hear(request, request.request_id)
        return pb.PlayPromptResponse()

    async def PutPrompt(
        self, request: pb.PutPromptRequest, context: object
    ) -> pb.PutPromptResponse:
        self._hear(request, request.request_id)
        return pb.PutPromptResponse()

    async def Dial(self, request: pb.DialRequest, context: object) -> pb.DialResponse:
        self._hear(request, request.request_id)
        return pb.DialResponse(leg_id="leg_1")

    async def HangUp(self, request: pb.HangUpRequest, context: object) -> pb.HangUpResponse:
        self._hear(request, request.request_id)
        return pb.HangUpResponse()

    async def Hold(self, request: pb.HoldRequest, context: object) -> pb.HoldResponse:
        self._hear(request, request.request_id)
        return pb.HoldResponse()

    async def PlaceCall(
        self, request: pb.PlaceCallRequest, context: object
    ) -> pb.PlaceCallResponse:
        self._hear(request, request.request_id)
        return pb.PlaceCallResponse(contact_id="con_placed")

    async def Supervise(
        self, request: pb.SuperviseRequest, context: object
    ) -> pb.SuperviseResponse:
        self._hear(request, request.request_id)
        return pb.SuperviseResponse(leg_id="leg_2")

    async def Unsupervise(
        self, request: pb.UnsuperviseRequest, context: object
    ) -> pb.UnsuperviseResponse:
        self._hear(request, request.request_id)
        return pb.UnsuperviseResponse()

    async def ReleasePhone(
        self, request: pb.ReleasePhoneRequest, context: object
    ) -> pb.ReleasePhoneResponse:
        self._hear(request, request.request_id)
        return pb.ReleasePhoneResponse()


def _bare(request: M) -> M:
    bare = type(request)()
    bare.CopyFrom(request)
    bare.ClearField("request_id")
    return bare


@asynccontextmanager
async def media_peer() -> AsyncIterator[MediaPeer]:
    peer = MediaPeer()
    server = grpc.aio.server()
    stubs.add_MediaServiceServicer_to_server(peer, server)
    peer.address = f"127.0.0.1:{server.add_insecure_port('127.0.0.1:0')}"
    await server.start()
    try:
        yield peer
    finally:
        await server.stop(None)
