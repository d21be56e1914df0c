"""media as a process on a real broker, between a stand-in node and a stand-in for recording."""

from __future__ import annotations

import asyncio
import json
import shutil
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import grpc
import grpc.aio
from tests.component.media.stand_in import StandInNode, standing_in
from tests.harness.kafka import records_of
from tests.harness.process import ServiceProcess, free_address, service_process
from tests.harness.telling import Teller, telling
from tests.harness.tokens import public_key_file, token, token_file
from tests.harness.waiting import WITHIN_S, until

from sasayaki.callreason.v1.client_events import ClientPut, Number
from sasayaki.media.v1 import media_service_pb2_grpc as rpc
from sasayaki.recording.v1 import recording_service_pb2 as recording
from sasayaki.recording.v1 import recording_service_pb2_grpc as recording_rpc

NUMBER = "+81661234567"
PARTITIONS = 12
PHONE_PARTITIONS = 6
OUTBOUND_PARTITIONS = 6
LOOK_S = 0.1

Metadata = tuple[tuple[str, str], ...]


def bearer(role: str = "service", **claims: Any) -> Metadata:
    return (("authorization", f"Bearer {token(role=role, **claims)}"),)


def acme(*numbers: str) -> ClientPut:
    return ClientPut(
        client_id="cli_acme",
        name="Acme",
        numbers=tuple(Number(number=number, flow_id="flw_1") for number in numbers),
        reasons=(),
        wrap_up_form=(),
        wrap_up_ms_max=60_000,
        queue_ids=(),
    )


class StandInRecording(recording_rpc.RecordingServiceServicer):
    """Keeps the pages that come; fails as often as `away` says."""

    def __init__(self) -> None:
        self.pages: list[recording.Page] = []
        self.away = 0
        self.refused: set[int] = set()

    async def UploadPages(
        self,
        request: recording.UploadPagesRequest,
        context: grpc.aio.ServicerContext[Any, Any],
    ) -> recording.UploadPagesResponse:
        if self.away:
            self.away -= 1
            await context.abort(grpc.StatusCode.UNAVAILABLE, "away")
        if self.refused & {page.number for page in request.pages}:
            await context.abort(grpc.StatusCode.ALREADY_EXISTS, "another page has this number")
        self.pages += request.pages
        return recording.UploadPagesResponse()


@dataclass
class Desk:
    """What a test has at hand."""

    kafka: str
    prefix: str
    folder: Path
    media: ServiceProcess
    node: StandInNode
    clients: Teller
    recording: StandInRecording
    stub: rpc.MediaServiceAsyncStub
    service: Metadata = field(default_factory=bearer)

    @property
    def spool(self) -> Path:
        return self.folder / "spool"

    async def history(self, contact_id: str = "") -> list[dict[str, Any]]:
        """The records of media.call that count, of one contact or of all, in order."""
        records = await self._counting("media.call", PARTITIONS)
        return [record for record in records if contact_id in ("", record["subject"])]

    async def phones(self) -> list[dict[str, Any]]:
        """The records of media.phone that count, each phone's in order."""
        return await self._counting("media.phone", PHONE_PARTITIONS)

    async def calls_out(self) -> list[dict[str, Any]]:
        """The records of media.outbound that count, each company's in order."""
        return await self._counting("media.outbound", OUTBOUND_PARTITIONS)

    async def outbound_told(self, kind: str) -> dict[str, Any]:
        """What the first event of a kind about calls out says."""
        return await self._first(kind, self.calls_out)

    async def told(self, contact_id: str, kind: str) -> dict[str, Any]:
        """What the first event of a kind says, as soon as it is there."""
        return await self._first(kind, lambda: self.history(contact_id))

    async def phone_told(self, kind: str) -> dict[str, Any]:
        """The same of phones."""
        return await self._first(kind, self.phones)

    async def _first(
        self, kind: str, look: Callable[[], Awaitable[list[dict[str, Any]]]]
    ) -> dict[str, Any]:
        async with asyncio.timeout(WITHIN_S):
            while True:
                for record in await look():
                    if record["type"].endswith(f".{kind}"):
                        data: dict[str, Any] = record["data"]
                        return data
                await asyncio.sleep(LOOK_S)

    async def _counting(self, topic: str, partitions: int) -> list[dict[str, Any]]:
        found = []
        for partition in range(partitions):
            for offset, value in await records_of(self.kafka, f"{self.prefix}{topic}", partition):
                record = json.loads(value)
                if record["at"] == offset:
                    found.append(record)
        return found

    async def kinds(self, contact_id: str) -> list[str]:
        """The events of a contact by name, in order."""
        return [record["type"].rsplit(".", 1)[1] for record in await self.history(contact_id)]


@asynccontextmanager
async def desk_of(kafka: str, prefix: str) -> AsyncIterator[Desk]:
    """Everything around media, and media itself, serving."""
    # Unix socket paths have 108 bytes at most, so not below pytest's deep folders.
    folder = Path(tempfile.mkdtemp(prefix="ssyk-media-"))
    keys = folder / "keys"
    keys.mkdir()
    (keys / "cli_acme.key").write_bytes(bytes(range(32)))
    peer = StandInRecording()  # type: ignore[abstract]  # what it lacks answers UNIMPLEMENTED
    server = grpc.aio.server()
    recording_rpc.add_RecordingServiceServicer_to_server(peer, server)
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    settings = {
        "KAFKA_BOOTSTRAP": kafka,
        "TOPIC_PREFIX": prefix,
        "GRPC_ADDRESS": free_address(),
        "HTTP_ADDRESS": free_address(),
        "TOKEN_PUBLIC_KEY_FILE": str(public_key_file(folder)),
        "SERVICE_TOKEN_FILE": str(token_file(folder)),
        "RECORDING_ADDRESS": f"127.0.0.1:{port}",
        "NODE_SOCKET": str(folder / "node.sock"),
        "SPOOL": str(folder / "spool"),
        "PROMPTS": str(folder / "prompts"),
        "KEYS": str(keys),
    }
    try:
        async with (
            standing_in(folder / "node.sock") as node,
            telling(kafka, prefix, "callreason.client", 6) as clients,
        ):
            await clients.tell("cli_acme", acme(NUMBER))
            module = "sasayaki_media"
            async with (
                service_process(module, folder, settings) as media,
                grpc.aio.insecure_channel(media.address) as channel,
            ):
                stub = rpc.MediaServiceStub(channel)
                await until(lambda: node.connections == 1)
                yield Desk(kafka, prefix, folder, media, node, clients, peer, stub)
    finally:
        await server.stop(None)
        shutil.rmtree(folder)
