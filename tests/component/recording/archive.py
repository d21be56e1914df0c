"""recording as a process, the streams that it follows, and what a test does with it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

import grpc
import grpc.aio
from tests.harness.kafka import records_of
from tests.harness.process import ServiceProcess, free_address, service_process
from tests.harness.telling import Teller, telling
from tests.harness.tokens import public_key_file, token, token_file
from tests.harness.waiting import WITHIN_S

from sasayaki.recording.v1 import recording_service_pb2 as pb
from sasayaki.recording.v1 import recording_service_pb2_grpc as rpc
from sasayaki.recording.v1.recording_events_pb2 import Track

PARTITIONS = 12
SECOND = 8_000
LOOK_S = 0.05

Metadata = tuple[tuple[str, str], ...]


def bearer(role: str, **claims: Any) -> Metadata:
    return (("authorization", f"Bearer {token(role=role, **claims)}"),)


MEDIA = bearer("service")
LISTENER = bearer("supervisor", clients=["cli_acme"])


def page(
    number: int,
    track: Track.ValueType = Track.TRACK_CUSTOMER,
    *,
    contact_id: str = "con_1",
    client_id: str = "cli_acme",
    last: bool = False,
    code: int | None = None,
) -> pb.Page:
    made = pb.Page(
        contact_id=contact_id,
        client_id=client_id,
        track=track,
        number=number,
        start_ms=number * 1_000,
        pcmu=bytes([number % 128 if code is None else code]) * SECOND,
        last=last,
    )
    made.opened_at.FromSeconds(1_700_000_000)
    return made


def whole(seconds: int, contact_id: str = "con_1", client_id: str = "cli_acme") -> list[pb.Page]:
    """All pages of a recording in the order in which they are spoken."""
    return [
        page(n, track, contact_id=contact_id, client_id=client_id, last=n == seconds - 1)
        for n in range(seconds)
        for track in (Track.TRACK_CUSTOMER, Track.TRACK_OPERATOR, Track.TRACK_SUPERVISOR)
    ]


@dataclass
class Archive:
    """The service, and the world before it."""

    kafka: str
    prefix: str
    vault: Path
    service: ServiceProcess
    stub: rpc.RecordingServiceAsyncStub
    uploads: count[int]
    keys: Path
    calls: Teller
    enquiries: Teller
    alerts: Teller

    async def upload(self, pages: Iterable[pb.Page], metadata: Metadata = MEDIA) -> None:
        request = pb.UploadPagesRequest(request_id=f"upload-{next(self.uploads)}", pages=pages)
        await self.stub.UploadPages(request, metadata=metadata)

    async def insist(self, pages: list[pb.Page]) -> None:
        """Uploads until it is answered, as media does."""
        async with asyncio.timeout(WITHIN_S):
            while True:
                try:
                    return await self.upload(pages)
                except grpc.aio.AioRpcError as error:
                    if error.code() is not grpc.StatusCode.UNAVAILABLE:
                        raise
                await asyncio.sleep(LOOK_S)

    async def listed(self, metadata: Metadata = LISTENER, **asked: Any) -> list[Any]:
        request = pb.ListRecordingsRequest(**asked)
        return list((await self.stub.ListRecordings(request, metadata=metadata)).recordings)

    async def until_listed(self, recordings: int, *, finished: int = 0) -> None:
        """Waits for the list: it follows the stream."""
        async with asyncio.timeout(WITHIN_S):
            while True:
                rows = await self.listed()
                if len(rows) == recordings and sum(row.finished for row in rows) >= finished:
                    return
                await asyncio.sleep(LOOK_S)

    async def wav(self, contact_id: str = "con_1", metadata: Metadata = LISTENER) -> bytes:
        request = pb.GetRecordingRequest(contact_id=contact_id)
        found = self.stub.GetRecording(request, metadata=metadata)
        return b"".join([answer.chunk async for answer in found])

    async def waveform(
        self, contact_id: str = "con_1", metadata: Metadata = LISTENER
    ) -> pb.GetWaveformResponse:
        request = pb.GetWaveformRequest(contact_id=contact_id)
        return await self.stub.GetWaveform(request, metadata=metadata)

    async def history(self) -> list[dict[str, Any]]:
        """The records that count, partition by partition."""
        found = []
        for partition in range(PARTITIONS):
            topic = f"{self.prefix}recording.recording"
            for offset, value in await records_of(self.kafka, topic, partition):
                record = json.loads(value)
                if record["at"] == offset:
                    found.append(record)
        return found


@asynccontextmanager
async def archive_in(kafka: str, prefix: str, folder: Path) -> AsyncIterator[Archive]:
    """The service, serving, with an empty vault and the keys of two companies."""
    keys = folder / "keys"
    keys.mkdir()
    for number, client_id in enumerate(("cli_acme", "cli_other"), 1):
        (keys / f"{client_id}.key").write_bytes(bytes([number]) * 32)
    settings = {
        "KAFKA_BOOTSTRAP": kafka,
        "TOPIC_PREFIX": prefix,
        "GRPC_ADDRESS": free_address(),
        "HTTP_ADDRESS": free_address(),
        "TOKEN_PUBLIC_KEY_FILE": str(public_key_file(folder)),
        "SERVICE_TOKEN_FILE": str(token_file(folder)),
        "VAULT": str(folder / "vault"),
        "KEYS": str(keys),
    }
    async with (
        telling(kafka, prefix, "media.call", 12) as calls,
        telling(kafka, prefix, "callreason.enquiry", 12) as enquiries,
        telling(kafka, prefix, "monitoring.alert", 6) as alerts,
        telling(kafka, prefix, "callreason.client", 6),
        service_process("sasayaki_recording", folder, settings) as service,
        grpc.aio.insecure_channel(service.address) as channel,
    ):
        stub = rpc.RecordingServiceStub(channel)
        world = (keys, calls, enquiries, alerts)
        yield Archive(kafka, prefix, folder / "vault", service, stub, count(1), *world)
