"""A gateway over services that answer by rote: their gates, rights and tokens are the real ones."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import grpc
import grpc.aio
from argon2 import PasswordHasher
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass
from httpx2 import AsyncClient, ConnectError
from tests.harness.kafka import free_ports
from tests.harness.web import Browser, Events, browser

from sasayaki_callreason.api import RIGHTS as CALLREASON
from sasayaki_callreason.cases.api import RIGHTS as CASES
from sasayaki_callreason.knowledge.api import RIGHTS as KNOWLEDGE
from sasayaki_chassis.identity import Identity, Verifier
from sasayaki_chassis.rpc import Context, Server, caller
from sasayaki_gateway.app import run
from sasayaki_gateway.contract.methods import OPEN, OpenMethod
from sasayaki_gateway.doors.upstream import described
from sasayaki_gateway.settings import PEERS, Settings
from sasayaki_media.api.rights import RIGHTS as MEDIA
from sasayaki_monitoring.api import RIGHTS as MONITORING
from sasayaki_recording.api import RIGHTS as RECORDING
from sasayaki_routing.api import RIGHTS as ROUTING
from sasayaki_tools.platform.identity import Keys

RIGHTS = {**ROUTING, **MEDIA, **MONITORING, **RECORDING, **CALLREASON, **CASES, **KNOWLEDGE}
METHODS = [
    *OPEN.values(),
    *(
        OpenMethod("media", "MediaService", name, frozenset())
        for name in ("ConnectBrowser", "DisconnectBrowser", "PutPrompt", "GetPrompt")
    ),
    OpenMethod("recording", "RecordingService", "GetRecording", frozenset()),
]
PASSWORD = "correct horse battery"
ROLES = ("operator", "supervisor", "manager", "client", "auditor", "integrator", "admin")
PEOPLE = {
    "tenant": "out_one",
    "people": [
        {"userId": f"usr_{role}", "name": f"人 {role}", "role": role, "clientIds": ["cli_a"]}
        for role in ROLES
    ],
}
HASHER = PasswordHasher(time_cost=1, memory_cost=64)
"""Of no cost: what hashes cost is argon2's own business."""


def give_passwords(folder: Path) -> None:
    """Everybody has `PASSWORD`."""
    given = {"passwordHash": HASHER.hash(PASSWORD)}
    people = {**PEOPLE, "people": [{**each, **given} for each in PEOPLE["people"]]}  # type: ignore[dict-item]
    (folder / "people.json").write_text(json.dumps(people))


async def signed_in_by_password(browser: Browser, user: str, password: str) -> int:
    """The status of a sign-in; a good one gives the browser its session."""
    asked = {"user": user, "password": password}
    answer = await browser.http.post("/api/session", json=asked)
    if answer.status_code == 200:
        browser.csrf = answer.json()["csrf"]
    return answer.status_code


@dataclass
class Services:
    """What the services were asked, and what they answer."""

    address: str
    asked: list[tuple[str, Identity, Message]] = field(default_factory=list)
    answers: dict[str, Message | tuple[grpc.StatusCode, str]] = field(default_factory=dict)
    streams: dict[str, asyncio.Queue[Message]] = field(default_factory=dict)
    first: dict[str, Message] = field(default_factory=dict)
    opened: dict[str, int] = field(default_factory=dict)

    async def tell(self, name: str, message: Message) -> None:
        """Sends a message to whoever reads a stream."""
        await self.streams.setdefault(name, asyncio.Queue()).put(message)

    async def unary(self, name: str, request: Message, context: Context) -> Message:
        self.asked.append((name, caller(), request))
        answer = self.answers.get(name)
        if isinstance(answer, tuple):
            code, reason = answer
            await context.abort(code, f"no: {reason}", (("sasayaki-reason", reason),))
        if isinstance(answer, Message):
            return answer
        return GetMessageClass(_described(name).output_type)()

    async def stream(self, name: str, request: Message, context: Context) -> AsyncIterator[Message]:
        self.asked.append((name, caller(), request))
        part = getattr(request, "part", 0)
        key = f"{name}#{part}" if part else name
        self.opened[key] = self.opened.get(key, 0) + 1
        answer = self.answers.get(name)
        if isinstance(answer, list):
            for each in answer:
                yield each
            return
        yield self.first.get(key, GetMessageClass(_described(name).output_type)())
        news = self.streams.setdefault(key, asyncio.Queue())
        while True:
            yield await news.get()


def _described(name: str) -> Any:
    return described(next(each for each in METHODS if each.short == name))


@asynccontextmanager
async def serving(keys: Keys) -> AsyncIterator[Services]:
    """Services behind their real gates."""
    server = Server(Verifier.of_file(keys.public_key_file), RIGHTS)
    (port,) = free_ports(1)
    services = Services(f"127.0.0.1:{port}")
    for name in {each.service for each in METHODS}:
        handlers = {each.name: _handler(services, each) for each in METHODS if each.service == name}
        package = next(each.package for each in METHODS if each.service == name)
        server.grpc.add_generic_rpc_handlers(
            (grpc.method_handlers_generic_handler(f"sasayaki.{package}.v1.{name}", handlers),)
        )
    await server.start(services.address)
    server.open_gate()
    try:
        yield services
    finally:
        await server.grpc.stop(None)


def _handler(services: Services, method: OpenMethod) -> Any:
    declared = described(method)
    codec = {
        "request_deserializer": GetMessageClass(declared.input_type).FromString,
        "response_serializer": GetMessageClass(declared.output_type).SerializeToString,
    }
    if declared.server_streaming:

        async def stream(request: Message, context: Context) -> AsyncIterator[Message]:
            async for message in services.stream(method.short, request, context):
                yield message

        return grpc.unary_stream_rpc_method_handler(stream, **codec)

    async def unary(request: Message, context: Context) -> Message:
        return await services.unary(method.short, request, context)

    return grpc.unary_unary_rpc_method_handler(unary, **codec)


@dataclass
class Gateway:
    """A gateway that serves."""

    address: str
    metrics: str
    services: Services

    @asynccontextmanager
    async def browser(self, user: str = "") -> AsyncIterator[Browser]:
        """A browser of its own, signed in if a user is named."""
        async with browser(self.address, user) as found:
            yield found

    def events(self, browser: Browser, name: str, last: str = "") -> Events:
        """(event, id, data) of a stream as they come."""
        return browser.events(name, last)


@asynccontextmanager
async def gateway_over(
    services: Services, keys: Keys, folder: Path, **settings: Any
) -> AsyncIterator[Gateway]:
    """A gateway in this process, with the demo's clicks unless told otherwise."""
    listen, metrics = (f"127.0.0.1:{port}" for port in free_ports(2))
    people = folder / "people.json"
    if not people.exists():
        people.write_text(json.dumps(PEOPLE))
    given = {"demo": True, "people_file": people, **settings}
    task = asyncio.create_task(
        run(
            Settings(
                listen_address=listen,
                http_address=metrics,
                state=folder / "gateway",
                console=folder / "dist",
                token_private_key_file=keys.folder / "token.pem",
                **{f"{peer}_address": services.address for peer in PEERS},
                **given,
            )
        )
    )
    try:
        await _until_serving(listen, task)
        yield Gateway(listen, metrics, services)
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def _until_serving(address: str, task: asyncio.Task[None]) -> None:
    async with asyncio.timeout(20), AsyncClient() as http:
        while True:
            if task.done():
                task.result()
            try:
                await http.get(f"http://{address}/api/session/ways")
                return
            except ConnectError:
                await asyncio.sleep(0.02)
