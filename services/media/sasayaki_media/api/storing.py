"""Storing prompts, and what each client company calls its own: put, listed, heard."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TypeAlias

from sasayaki.media.v1 import media_service_pb2 as pb
from sasayaki.media.v1 import media_service_pb2_grpc
from sasayaki.media.v1.prompt_events import PromptEvent, PromptPut
from sasayaki_chassis.decider import Refused
from sasayaki_chassis.fields import InvalidField, an_id, require
from sasayaki_chassis.identity import Identity
from sasayaki_chassis.owner import Owners, Unavailable
from sasayaki_chassis.rpc import Context, caller, meta, refusals, request_id_of
from sasayaki_media.api.asking import sees
from sasayaki_media.api.checks import a_file, a_prompt_name, a_sha256
from sasayaki_media.api.rights import CODES_OF_SOUNDS
from sasayaki_media.line.node import Node
from sasayaki_media.metrics import PROMPTS_REFUSED
from sasayaki_media.numbers import Line, Numbers
from sasayaki_media.sound.library import Command, Library, Put, check_room
from sasayaki_media.sound.prompts import Prompts, looked_at
from sasayaki_media.sound.wav import NotAPrompt, length_ms

Libraries: TypeAlias = Owners[Library, Command, PromptEvent]


class Storing(media_service_pb2_grpc.MediaServiceServicer):
    """The file first, its name then: what has a name can be played."""

    def __init__(
        self, node: Node, prompts: Prompts, libraries: Libraries, numbers: Numbers
    ) -> None:
        self._node = node
        self._prompts = prompts
        self._libraries = libraries
        self._numbers = numbers

    async def PutPrompt(
        self, request: pb.PutPromptRequest, context: Context
    ) -> pb.PutPromptResponse:
        async with refusals(context, CODES_OF_SOUNDS), counted():
            require(
                request,
                wav=a_file,
                client_id=an_id("cli", optional=True),
                name=a_prompt_name,
            )
            await self._check_owner(request, caller())
            named = bool(request.client_id)
            try:
                sha256, pcmu = await asyncio.to_thread(looked_at, request.wav, audible=named)
            except NotAPrompt as fault:
                raise Refused(fault.reason, f"wav: {fault}") from fault
            put = Put(request.name, sha256, length_ms(pcmu), caller().user_id)
            if named:
                check_room(self._libraries.state(request.client_id), put)
            await asyncio.to_thread(self._prompts.store, sha256, request.wav)
            self._node.send_prompt(sha256, pcmu)
            version = await self._named(request, put) if named else 0
        return pb.PutPromptResponse(sha256=sha256, length_ms=length_ms(pcmu), version=version)

    async def ListPrompts(
        self, request: pb.ListPromptsRequest, context: Context
    ) -> pb.ListPromptsResponse:
        async with refusals(context, CODES_OF_SOUNDS):
            require(request, client_id=an_id("cli"))
            library = await self._library(request.client_id, caller())
        return pb.ListPromptsResponse(
            prompts=[
                pb.Prompt(name=name, versions=map(_version, reversed(versions)))
                for name, versions in sorted(library.prompts.items())
            ]
        )

    async def GetPrompt(
        self, request: pb.GetPromptRequest, context: Context
    ) -> pb.GetPromptResponse:
        async with refusals(context, CODES_OF_SOUNDS):
            require(request, client_id=an_id("cli"), sha256=a_sha256)
            library = await self._library(request.client_id, caller())
            # Another company's sound is as unknown as none, though the file may be the same.
            if not library.holds(request.sha256) or request.sha256 not in self._prompts:
                raise Refused("UNKNOWN_PROMPT", f"no prompt {request.sha256!r}")
            wav = await asyncio.to_thread(self._prompts.wav, request.sha256)
        return pb.GetPromptResponse(wav=wav)

    async def _check_owner(self, request: pb.PutPromptRequest, who: Identity) -> None:
        if bool(request.client_id) != bool(request.name):
            field = "name" if request.client_id else "client_id"
            raise InvalidField(field, "goes with the other: client_id and name, or neither")
        if request.client_id:
            await self._check_company(request.client_id, who)
        elif who.role == "manager":
            raise InvalidField("client_id", "must be given")

    async def _named(self, request: pb.PutPromptRequest, put: Put) -> int:
        """The version of its name that the sound has, or had when it was asked first."""
        events = await self._libraries.handle(
            request.client_id,
            put,
            request_id=request_id_of(put, request.request_id),
            meta=meta(client_id=request.client_id),
        )
        if events:
            return events[0].version
        latest = self._libraries.state(request.client_id).latest(request.name)
        return latest.version if latest else 0

    async def _library(self, client_id: str, who: Identity) -> Library:
        await self._check_company(client_id, who)
        if not self._libraries.serving():
            raise Unavailable("media is not serving yet")
        return self._libraries.state(client_id)

    async def _check_company(self, client_id: str, who: Identity) -> None:
        """Refuses companies of others: of another tenant, or that the caller does not serve."""
        if not sees(who, client_id):
            raise Refused("UNKNOWN_CLIENT", f"no client company {client_id!r}")
        await self._numbers.known(Line(who.tenant_id, client_id))


@asynccontextmanager
async def counted() -> AsyncIterator[None]:
    """Counts what is refused, by its reason."""
    try:
        yield
    except Refused as refused:
        PROMPTS_REFUSED.labels(refused.reason.lower()).inc()
        raise


def _version(put: PromptPut) -> pb.PromptVersion:
    row = pb.PromptVersion(
        version=put.version, sha256=put.sha256, length_ms=put.length_ms, put_by=put.put_by
    )
    row.put_at.FromDatetime(put.put_at)
    return row
