"""What a test of monitoring does and sees: calls, supervisors, and what media is asked."""

import asyncio
import secrets
from collections.abc import AsyncIterable, AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, TypeVar
from uuid import uuid4

import grpc
import grpc.aio
import pytest
from google.protobuf.message import Message
from tests.harness.media_peer import MediaPeer
from tests.harness.process import ServiceProcess, free_address, service_process
from tests.harness.telling import Teller
from tests.harness.tokens import public_key_file, token, token_file
from tests.harness.waiting import LOOK_S, WITHIN_S

from sasayaki.media.v1 import call_events_pb2, media_service_pb2
from sasayaki.media.v1.call_events import (
    CallEnded,
    CallEndReason,
    LegEndReason,
    SupervisorLegEnded,
    TalkStarted,
)
from sasayaki.monitoring.v1 import monitoring_service_pb2 as pb
from sasayaki.monitoring.v1 import monitoring_service_pb2_grpc as stubs
from sasayaki.monitoring.v1 import supervision_events_pb2 as wire
from sasayaki_chassis.channels import REASON_KEY

A = TypeVar("A")

LISTEN = call_events_pb2.SUPERVISION_MODE_LISTEN
WHISPER = call_events_pb2.SUPERVISION_MODE_WHISPER
BARGE = call_events_pb2.SUPERVISION_MODE_BARGE
TAKEOVER = call_events_pb2.SUPERVISION_MODE_TAKEOVER
SATO, ITO = "usr_sato", "usr_ito"
NODE = {"node_id": "node_1", "happening_seq": 1}


def bearer(user_id: str = SATO, **claims: Any) -> tuple[tuple[str, str], ...]:
    text = token(**{"sub": user_id, "role": "supervisor", **claims})
    return (("authorization", f"Bearer {text}"),)


@asynccontextmanager
async def refused(code: grpc.StatusCode, reason: str = "", says: str = "") -> AsyncIterator[None]:
    """The block's call ends with this status, reason and words."""
    with pytest.raises(grpc.aio.AioRpcError) as error:
        yield
    assert error.value.code() is code, error.value.details()
    trailing = dict(error.value.trailing_metadata() or ())
    assert trailing.get(REASON_KEY, "") == reason
    assert says in (error.value.details() or "")


async def current(ask: Callable[[], Awaitable[A]]) -> A:
    """Asks again, as clients do, while a view of monitoring is behind."""
    async with asyncio.timeout(WITHIN_S):
        while True:
            try:
                return await ask()
            except grpc.aio.AioRpcError as error:
                if error.code() is not grpc.StatusCode.UNAVAILABLE:
                    raise
            await asyncio.sleep(LOOK_S)


@asynccontextmanager
async def following(
    opened: Callable[[], AsyncIterable[A]], take: Callable[[A], None]
) -> AsyncIterator[None]:
    """Takes what a stream tells; its first message has been taken when the block begins."""

    async def begin() -> AsyncIterator[A]:
        messages = aiter(opened())
        take(await anext(messages))
        return messages

    async def go_on(messages: AsyncIterator[A]) -> None:
        async for message in messages:
            take(message)

    rest = asyncio.create_task(go_on(await current(begin)))
    try:
        yield
    finally:
        rest.cancel()
        await asyncio.gather(rest, return_exceptions=True)


class Gallery:
    """A tenant's calls and those who watch them."""

    def __init__(
        self,
        kafka: str,
        prefix: str,
        folder: Path,
        media: MediaPeer,
        calls: Teller,
        pool: Teller,
        enquiries: Teller,
        phones: Teller,
    ) -> None:
        self.media = media
        self.calls = calls
        self.pool = pool
        self.enquiries = enquiries
        self.phones = phones
        self._folder = folder
        self.address = address = free_address()
        self._settings = {
            "KAFKA_BOOTSTRAP": kafka,
            "TOPIC_PREFIX": prefix,
            "GRPC_ADDRESS": address,
            "HTTP_ADDRESS": "127.0.0.1:0",
            "TOKEN_PUBLIC_KEY_FILE": str(public_key_file(folder)),
            "SERVICE_TOKEN_FILE": str(token_file(folder, sub="usr_monitoring")),
            "MONITORING_ADDRESS": address,
            "MEDIA_ADDRESS": media.address,
            "KEYS": str(_keys(folder)),
        }
        self._channel = grpc.aio.insecure_channel(
            address, (("grpc.max_reconnect_backoff_ms", 100),)
        )
        self.monitoring = stubs.MonitoringServiceStub(self._channel)

    async def close(self) -> None:
        await self._channel.close()

    @asynccontextmanager
    async def running(self, **settings: str) -> AsyncIterator[ServiceProcess]:
        chosen = {**self._settings, **settings}
        async with service_process("sasayaki_monitoring", self._folder, chosen) as process:
            yield process

    async def talks(self, contact_id: str, **whose: str) -> None:
        """A customer talks with an operator from here on."""
        operator_id = f"usr_{contact_id}"
        talk = TalkStarted(leg_id=f"leg_{contact_id}", operator_id=operator_id, **NODE)
        await self.calls.tell(contact_id, talk, **whose)

    async def ends(self, contact_id: str) -> None:
        reason = CallEndReason.CUSTOMER_HUNG_UP
        await self.calls.tell(contact_id, CallEnded(reason=reason, **NODE))

    async def phone_hangs_up(self, contact_id: str, supervision_id: str) -> None:
        gone = SupervisorLegEnded(
            leg_id="leg_2",
            supervisor_id=SATO,
            supervision_id=supervision_id,
            reason=LegEndReason.HUNG_UP,
            **NODE,
        )
        await self.calls.tell(contact_id, gone)

    async def start(
        self,
        contact_id: str,
        user_id: str = SATO,
        *,
        mode: call_events_pb2.SupervisionMode.ValueType = LISTEN,
        purpose: wire.Purpose.ValueType = wire.PURPOSE_HELP,
        request_id: str = "",
        following: bool = False,
        keep_phone: bool = False,
        note: str = "",
        **claims: Any,
    ) -> str:
        """Begins a supervision, or asks for one; returns its id."""
        request = pb.StartSupervisionRequest(
            request_id=request_id or str(uuid4()),
            contact_id=contact_id,
            mode=mode,
            purpose=purpose,
            following=following,
            keep_phone=keep_phone,
            note=note,
        )
        answer = await current(
            lambda: self.monitoring.StartSupervision(request, metadata=bearer(user_id, **claims))
        )
        return str(answer.supervision_id)

    async def change(
        self,
        supervision_id: str,
        mode: call_events_pb2.SupervisionMode.ValueType,
        user_id: str = SATO,
        **claims: Any,
    ) -> None:
        request = pb.ChangeModeRequest(
            request_id=str(uuid4()), supervision_id=supervision_id, mode=mode
        )
        rights = bearer(user_id, **claims)
        await current(lambda: self.monitoring.ChangeMode(request, metadata=rights))

    async def end(self, supervision_id: str, user_id: str = SATO, **claims: Any) -> None:
        request = pb.EndSupervisionRequest(request_id=str(uuid4()), supervision_id=supervision_id)
        rights = bearer(user_id, **claims)
        await current(lambda: self.monitoring.EndSupervision(request, metadata=rights))


def _keys(folder: Path) -> Path:
    """A folder with the keys of two client companies."""
    keys = folder / "keys"
    keys.mkdir()
    for client_id in ("cli_acme", "cli_other"):
        (keys / f"{client_id}.key").write_bytes(secrets.token_bytes(32))
    return keys


def supervise(
    contact_id: str,
    supervision_id: str,
    mode: call_events_pb2.SupervisionMode.ValueType,
    user_id: str = SATO,
) -> Message:
    return media_service_pb2.SuperviseRequest(
        contact_id=contact_id, supervision_id=supervision_id, supervisor_id=user_id, mode=mode
    )


def unsupervise(contact_id: str, supervision_id: str) -> Message:
    return media_service_pb2.UnsuperviseRequest(
        contact_id=contact_id, supervision_id=supervision_id
    )
